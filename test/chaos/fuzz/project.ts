import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

const engineMacros = Object.fromEntries(
  ['macros/duckdb', 'macros/postgres'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => [
      `${folder}/${name}`,
      readFileSync(join(root, folder, name), 'utf8'),
    ]),
  ),
);

/** A small project that has one of everything. What is broken in it is one mutation away from something valid. */
export const soundProject: Readonly<Record<string, string>> = {
  'dwh.yaml': `name: shop
target: local
vars: { least: 1, currency: EUR }
targets:
  local: { type: duckdb, path: '\${SHOP_DB:-shop.duckdb}' }
  server: { type: postgres, host: localhost, port: 1, database: shop, user: shop, password: '\${SHOP_PASSWORD}', sslmode: disable }
sources:
  raw:
    root: raw
    files:
      orders: { path: orders, jsonpaths: paths.json }
      customers: { path: customers, description: One object a line }
folders:
  models: { schema: shop, materialized: table }
  models/staging: { schema: staging, materialized: copy, tags: [staging] }
  seeds: { schema: shop }
`,
  'models/staging/raw_orders.sql': `{{config max_errors=1}}\n{{> copy_json from=(source "raw" "orders")}}\n`,
  'models/staging/raw_customers.sql': `{{> copy_json from=(source "raw" "customers")}}\n`,
  'models/staging/_staging.yml': `models:
  - name: raw_orders
    description: Orders as they came
    columns:
      - { name: id, type: integer, tests: [unique, not_null] }
      - { name: customer, type: varchar(20) }
      - { name: cents, type: bigint, tests: [{ accepted_range: { min_value: 0, max_value: 1000000 } }] }
      - { name: ordered_at, type: timestamp }
      - { name: details, type: super }
  - name: raw_customers
    columns:
      - { name: name, type: varchar(20) }
      - { name: since, type: date }
`,
  'models/amounts.sql': `{{config materialized="ephemeral"}}
select id, customer, {{> money cents="cents"}} as amount, ordered_at
from {{ref "raw_orders"}}
where cents >= {{var "least"}}
`,
  'models/orders.sql': `{{config materialized="incremental" unique_key="id" tags="daily"}}
select o.id, o.customer, o.amount, o.ordered_at, '{{var "currency"}}' as currency
from {{ref "amounts"}} as o
{{#if is_incremental}}
where o.ordered_at > {{watermark}}
{{else}}
-- all of them
{{/if}}
`,
  'models/totals.sql': `{{config materialized="view"}}
select o.customer, c.label, sum(o.amount) as amount
from {{ref "orders"}} as o
left join {{ref "codes"}} as c on c.code = o.customer
group by o.customer, c.label
`,
  'models/_models.yml': `models:
  - name: orders
    description: Orders, one row each
    columns:
      - { name: id, tests: [unique, { relationships: { to: raw_orders, column: id } }] }
      - name: currency
        tests:
          - accepted_values: { values: [EUR, USD], severity: warn }
`,
  'macros/money.hbs': `{{!-- Cents as an amount. --}}\n{{params "cents"}}\ncast({{cents}} as decimal(12, 2)) / 100\n`,
  'seeds/codes.csv': `code,label\nann,"Ann, of course"\nbob,\n`,
  'seeds/_seeds.yml': `seeds:
  - name: codes
    columns:
      - { name: code, type: varchar(10), tests: [unique] }
      - { name: label, type: varchar(40) }
`,
  'analyses/top.sql': `-- Who spends most.\nselect customer, amount from {{ref "totals"}} order by amount desc, customer limit 5\n`,
  'test/data/no_debt.sql': `select * from {{ref "totals"}} where amount < 0\n`,
  'raw/paths.json': `{ "jsonpaths": ["$.id", "$.customer.name", "$.cents", "$['ordered_at']", "$.details"] }\n`,
  'raw/orders/1.json': `{"id":1,"customer":{"name":"ann"},"cents":250,"ordered_at":"2018-11-01 20:57:10","details":[1,{"a":null}]}
{"id":2,"customer":{"name":"bob"},"cents":1999,"ordered_at":"2018-11-02T08:00:00Z","details":"gift"}
`,
  'raw/customers/all.json': `{"name":"ann","since":"2018-01-31"}\n{"name":"b\\u00f6b","since":null}\n`,
  ...engineMacros,
};
