import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The target of a project that is told by PostgreSQL's own variables where its server is. */
export const serverConfig = `name: shop
target: server
targets:
  server:
    type: postgres
    host: \${PGHOST}
    port: \${PGPORT}
    user: \${PGUSER}
    password: \${PGPASSWORD}
    database: \${PGDATABASE}
    sslmode: disable
`;

/** Makes a project of so many small views over one table. Gives its folder. */
export function makeViews(dir: string, views: number): string {
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(join(dir, 'models'), { recursive: true });
  writeFileSync(join(dir, 'dwh.yaml'), `${serverConfig}folders:\n  models: { schema: shop, materialized: view }\n`);
  writeFileSync(join(dir, 'models/base.sql'), '{{config materialized="table"}}\nselect 1 as id, 2 as amount\n');
  for (let i = 0; i < views; i++)
    writeFileSync(join(dir, `models/view_${i}.sql`), `select id, amount + ${i} as amount from {{ref "base"}}\n`);
  return dir;
}
