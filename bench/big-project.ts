import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chance } from '../runner/sample/chance.ts';

const perFolder = 100;

/** Makes a project of so many models: three refs, a contract of three columns and two tests each. */
export function makeBigProject(dir: string, models: number, target = '{ type: duckdb, path: big.duckdb }'): void {
  const chance = new Chance(1);
  rmSync(dir, { recursive: true, force: true });
  mkdirSync(dir, { recursive: true });
  writeFileSync(
    join(dir, 'dwh.yaml'),
    `name: big\ntarget: local\ntargets:\n  local: ${target}\nfolders:\n  models: { schema: big, materialized: table }\n`,
  );
  for (let first = 0; first < models; first += perFolder) {
    const folder = join(dir, 'models', `area_${first / perFolder}`);
    mkdirSync(folder, { recursive: true });
    const numbers = Array.from({ length: Math.min(perFolder, models - first) }, (_, i) => first + i);
    for (const number of numbers) writeFileSync(join(folder, `model_${number}.sql`), modelText(number, chance));
    writeFileSync(join(folder, '_area.yml'), `models:\n${numbers.map(propertiesText).join('')}`);
  }
}

function modelText(number: number, chance: Chance): string {
  const refs = [...new Set(number === 0 ? [] : [1, 2, 3].map(() => chance.whole(0, number - 1)))];
  const ctes = refs.map((ref) => `m${ref} as (\n\n    select * from {{ref "model_${ref}"}}\n\n)`).join(',\n\n');
  const from = refs.length === 0 ? '' : `\n\nfrom m${refs[0]}`;
  return `{{config unique_key="id" tags="area_${Math.floor(number / perFolder)}"}}\n\n${ctes === '' ? '' : `with\n\n${ctes}\n\n`}select\n    1 as id,\n    'x' as name,\n    2 as amount${from}\n`;
}

function propertiesText(number: number): string {
  return `  - name: model_${number}
    description: One row a thing of kind ${number}
    columns:
      - name: id
        type: integer
        tests: [not_null, unique]
      - name: name
        type: varchar(32)
      - name: amount
        type: integer
`;
}
