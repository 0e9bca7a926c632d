import { describe, expect, test } from 'vitest';
import type { TestProject } from '../support/project.ts';
import { engines, project } from '../support/project.ts';

const notes = (shop: TestProject) => shop.events.flatMap((event) => (event.type === 'note' ? [event.message] : []));
const note = (type: string, name: string, drop: string) =>
  `the ${type} ${name} was published, and belongs to no model or seed any more; to drop it: ${drop}`;

describe.each(engines)('on %s, what was published and belongs to no node any more', (engine) => {
  test('is named once by each run of the whole project, until it is dropped', async () => {
    const shop = project({ 'models/old.sql': 'select 1 as id', 'models/kept.sql': 'select 1 as id' }, engine);
    await shop.publish();
    shop.remove('models/old.sql');
    shop.write({ 'models/renamed.sql': 'select 1 as id' });
    const expected = [note('table', 'shop.old', 'drop table "shop"."old"')];
    await shop.publish();
    expect(notes(shop)).toEqual(expected);
    await shop.publish({ select: ['kept'] });
    expect(notes(shop)).toEqual([]);
    await shop.publish();
    expect(notes(shop)).toEqual(expected);
    await shop.sql('drop table "shop"."old"');
    await shop.publish();
    expect(notes(shop)).toEqual([]);
  });

  test('is a view, a model that is ephemeral now, or one that moved to another schema', async () => {
    const shop = project(
      {
        'models/seen.sql': '{{config materialized="view"}} select 1 as id',
        'models/inner.sql': 'select 1 as id',
        'models/moved.sql': 'select 1 as id',
      },
      engine,
    );
    await shop.publish();
    shop.remove('models/seen.sql');
    shop.write({
      'models/inner.sql': '{{config materialized="ephemeral"}} select 1 as id',
      'models/moved.sql': '{{config schema="elsewhere"}} select 1 as id',
    });
    await shop.publish();
    expect(notes(shop).toSorted()).toEqual([
      note('table', 'shop.inner', 'drop table "shop"."inner"'),
      note('table', 'shop.moved', 'drop table "shop"."moved"'),
      note('view', 'shop.seen', 'drop view "shop"."seen"'),
    ]);
  });

  test('is nothing that others have made, and no model that became a seed', async () => {
    const shop = project({ 'models/a.sql': 'select 1 as id', 'models/b.sql': 'select 1 as id' }, engine);
    await shop.publish();
    await shop.sql('create table shop.theirs as select 1 as id');
    shop.remove('models/b.sql');
    shop.write({ 'seeds/b.csv': 'id\n1\n' });
    await shop.publish({ fullRefresh: true });
    expect(notes(shop).filter((message) => message.includes('belongs to no'))).toEqual([]);
  });
});
