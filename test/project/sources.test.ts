import { expect, test } from 'vitest';
import { faultsOf, plainConfig, project } from '../support/project.ts';

const files = {
  'models/orders.sql': '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n',
  'models/_orders.yml': 'models:\n  - name: orders\n    columns:\n      - { name: id, type: bigint }\n',
  'here/orders/a.json': '{"id": 1}\n',
};

function withRoot(root: string): Record<string, string> {
  return { ...files, 'dwh.yaml': plainConfig.replace('root: raw', `root: ${root}`) };
}

test('raw files may be in another place for one engine', async () => {
  const own = project(withRoot('{ default: nowhere, duckdb: here, redshift: "s3://raw" }'));
  await own.publish();
  expect(await own.rows('select id from orders')).toEqual([[1]]);
});

test('they are in the default place for all others', async () => {
  const own = project(withRoot('{ default: here, redshift: "${BUCKET}" }'));
  await own.publish();
  expect(await own.rows('select id from orders')).toHaveLength(1);
});

test('what is wrong with a place is told where it stands', async () => {
  const own = project(withRoot('{ default: here, duckdb: "${NOWHERE}" }'));
  const faults = await faultsOf(own.run());
  expect(faults).toMatchObject([{ code: 'env-missing', at: { keys: ['sources', 'raw', 'root', 'duckdb'] } }]);
  own.write(withRoot('{ default: here, oracle: there }'));
  expect((await own.places(await faultsOf(own.run())))[0]).toMatch(/dwh\.yaml:\d+:\d+ config-unknown-key/);
});
