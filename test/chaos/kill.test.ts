import { describe, expect, test } from 'vitest';
import type { Engine, TestProject } from '../support/project.ts';
import { roads } from '../redshift/shop-warehouse.ts';
import { engines, project } from '../support/project.ts';
import type { KillPoint } from './kill.ts';
import { leftovers, published, runAndKill } from './kill.ts';

const files = {
  'models/orders.sql': '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n',
  'models/_orders.yml':
    'models:\n  - name: orders\n    columns:\n      - { name: id, type: integer, tests: [unique] }\n      - { name: amount, type: integer }\n  - name: total\n    columns:\n      - { name: amount, tests: [not_null] }\n',
  'models/sold.sql':
    '{{config materialized="incremental" unique_key="id"}}\nselect id, amount from {{ref "orders"}}\n{{#if is_incremental}}where _load_id > {{watermark}}{{/if}}\n',
  'models/total.sql': 'select sum(amount) as amount from {{ref "sold"}}',
  'models/seen.sql': '{{config materialized="view"}}\nselect * from {{ref "total"}}',
  'seeds/codes.csv': 'code\na\n',
};
const ordersFile = (from: number) =>
  Array.from({ length: 50 }, (_, i) => `{"id":${from + i},"amount":${i}}\n`).join('');

const look = (shop: TestProject) => published(shop.target, ['shop']);

/** A project whose first half is published and whose second half waits; what readers see now, and will see then. */
async function halfPublished(engine: Engine): Promise<{
  shop: TestProject;
  before: Map<string, string[]>;
  after: Map<string, string[]>;
}> {
  const shop = project({ ...files, 'raw/orders/1.json': ordersFile(1) }, engine);
  await shop.publish();
  const before = await look(shop);
  const more = {
    'raw/orders/2.json': ordersFile(51),
    'seeds/codes.csv': 'code\na\nb\n',
    'models/seen.sql': `${files['models/seen.sql']} where amount > 0`,
  };
  shop.write(more);
  await shop.ready();
  const twin = project({ ...files, 'raw/orders/1.json': ordersFile(1), ...more }, engine);
  await twin.publish();
  return { shop, before, after: await look(twin) };
}

const points: readonly (KillPoint & { readonly sees: 'before' | 'after' })[] = [
  { at: 'open', nth: 1, sees: 'before' },
  { at: 'plan', nth: 1, sees: 'before' },
  { at: 'sweep', nth: 1, sees: 'before' },
  { at: 'build', nth: 1, sees: 'before' },
  { at: 'load', nth: 2, sees: 'before' },
  { at: 'test', nth: 2, sees: 'before' },
  { at: 'publish', nth: 1, sees: 'before' },
  { at: 'clean', nth: 1, sees: 'after' },
];

/** What comes before anything is written is the same on both roads to Redshift as elsewhere. */
const written: readonly KillPoint['at'][] = ['load', 'publish', 'clean'];
const pointsOn = (engine: Engine): typeof points =>
  engines.some((known) => known === engine) ? points : points.filter(({ at }) => written.includes(at));

describe.each([...engines, ...roads])('a run on %s that is killed', (engine) => {
  test.each(pointsOn(engine))(
    'at $at leaves readers with what they saw $sees, and the next run completes',
    async (point) => {
      const { shop, before, after } = await halfPublished(engine);
      expect(await runAndKill(shop.dir, point, shop.env)).toBe('killed');
      expect(await look(shop)).toEqual(point.sees === 'before' ? before : after);
      await shop.publish();
      expect(await look(shop)).toEqual(after);
      expect(await leftovers(shop.target, ['shop'], 'shop_meta')).toEqual([]);
    },
  );

  test('in the middle of the publish transaction has published nothing', async () => {
    const { shop, before, after } = await halfPublished(engine);
    // A run that is left alone tells how many statements it sends, and where the transaction begins and ends.
    const twin = (await halfPublished(engine)).shop;
    await twin.run();
    const statements = twin.events.filter((event) => event.type === 'statement' || event.type === 'phase');
    const begin = statements.findIndex((event) => event.type === 'phase' && event.phase === 'publish');
    const end = statements.findIndex((event) => event.type === 'phase' && event.phase === 'clean');
    const middle = statements
      .slice(0, Math.floor((begin + end) / 2))
      .filter((event) => event.type === 'statement').length;
    expect(await runAndKill(shop.dir, { at: 'statement', nth: middle }, shop.env)).toBe('killed');
    expect(await look(shop)).toEqual(before);
    await shop.publish();
    expect(await look(shop)).toEqual(after);
  });
});
