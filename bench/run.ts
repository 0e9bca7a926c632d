/** Measures what bench/README.md states, and writes it there: npm run bench, or npm run bench -- postgres for a part of it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { benchModels, millionEventsIn } from './models.ts';
import { benchPostgres } from './postgres.ts';
import type { Figure } from './measure.ts';
import { benchRedshift } from './redshift.ts';
import { benchSizes } from './sizes.ts';
import { benchValidate } from './validate.ts';

const work = join(import.meta.dirname, '../target/bench');
mkdirSync(work, { recursive: true });
const readme = join(import.meta.dirname, 'README.md');
const parts: Readonly<Record<string, () => Promise<Figure[]>>> = {
  validate: () => benchValidate(work),
  sizes: () => benchSizes(work),
  models: () => benchModels(work),
  redshift: () => benchRedshift(work),
  postgres: async () => benchPostgres(work, await millionEventsIn(work)),
};
const wanted = process.argv.slice(2);
const tables: Record<string, Figure[]> = {};
for (const [name, part] of Object.entries(parts))
  if (wanted.length === 0 || wanted.includes(name)) tables[name] = await part();

const machine = `${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform}, Node ${process.versions.node}`;

let text = readFileSync(readme, 'utf8');
text = between(text, 'machine', `Measured on ${machine}.`);
for (const [name, figures] of Object.entries(tables)) text = between(text, name, table(figures));
writeFileSync(readme, text);
for (const figures of Object.values(tables)) console.log(`${table(figures)}\n`);
process.exitCode = Object.values(tables)
  .flat()
  .every(({ holds }) => holds)
  ? 0
  : 1;

function table(figures: readonly Figure[]): string {
  const rows = figures.map(
    ({ what, seconds, megabytes, ratio, limit, holds }) =>
      `| ${what} | ${seconds.toFixed(2)} s | ${megabytes === undefined ? '' : `${Math.round(megabytes)} MB`} | ${ratio === undefined ? '' : `${ratio.toFixed(2)}x`} | ${limit} | ${holds ? 'yes' : '**no**'} |`,
  );
  return ['| measured | time | memory | ratio | at most | holds |', '|---|---|---|---|---|---|', ...rows].join('\n');
}

function between(whole: string, name: string, put: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [whole.indexOf(begin), whole.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`bench/README.md has no place for ${name}`);
  return `${whole.slice(0, from + begin.length)}\n${put}\n${whole.slice(to)}`;
}
