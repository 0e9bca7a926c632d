import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { postgres } from '../../runner/adapters/dialects/postgres.ts';
import type { Fault } from '../../runner/core/fault.ts';
import type { PhysicalDesign } from '../../runner/materialize/table-attributes.ts';
import { tableAttributes } from '../../runner/materialize/table-attributes.ts';
import { readMacroFile } from '../../runner/project/macro-file.ts';
import { parseTemplate } from '../../runner/template/parse.ts';

const path = 'macros/redshift/table_attributes.hbs';
const text = readFileSync(join(import.meta.dirname, '../..', path), 'utf8');

async function attributesOf(design: Partial<PhysicalDesign>): Promise<string> {
  const faults: Fault[] = [];
  const macro = readMacroFile({ path, text, parts: await parseTemplate(path, text) }, faults);
  expect(faults).toEqual([]);
  const config = { dist: undefined, sort: [], sortType: undefined, ...design };
  return tableAttributes(config, { dialect: postgres, macros: () => macro, target: { name: 'dwh', type: 'postgres' } });
}

test.each<[Partial<PhysicalDesign>, string]>([
  [{}, ''],
  [{ dist: 'even' }, 'diststyle even'],
  [{ dist: 'all', sort: ['song_id'] }, 'diststyle all\nsortkey("song_id")'],
  [{ dist: 'auto', sort: ['auto'] }, 'diststyle auto\nsortkey auto'],
  [{ dist: 'song_id' }, 'diststyle key distkey("song_id")'],
  [{ sort: ['a', 'b'], sortType: 'compound' }, 'compound sortkey("a", "b")'],
  [
    { dist: 'a', sort: ['b', 'c'], sortType: 'interleaved' },
    'diststyle key distkey("a")\ninterleaved sortkey("b", "c")',
  ],
])('the design %j is written as Redshift has it', async (design, attributes) => {
  expect(await attributesOf(design)).toBe(attributes);
});
