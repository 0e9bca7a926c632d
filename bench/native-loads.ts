import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseJsonPathsFile } from '../runner/json/jsonpaths.ts';

// insert into "staging"."staging_events__r1" (…) select … from read_csv( [ '…/rows-0.tsv' ], …
const rowLoad = /^(insert into \S+?(staging_\w+?)__\S+ \(.*\))\nselect\n([^]*?)\nfrom read_csv\(/;
const batchBytes = 64 * 1024 * 1024;
const cast = /^\s*cast\("\w+" as (.*)\) as "\w+"$/;

/**
 * The statements of a run, but that DuckDB reads `files` of the folder `raw` by itself where the run let it read rows that
 * the runner had written: as text, of which each value is checked and cast to the type of its column. A statement reads
 * some 64 MB, so that DuckDB does not hold all of a load.
 */
export function withNativeLoads(statements: readonly string[], raw: string, files: readonly string[]): string[] {
  const loaded = new Set<string>();
  return statements.flatMap((statement) => {
    const [, insert, table = '', values = ''] = rowLoad.exec(statement) ?? [];
    if (insert === undefined) return [statement];
    if (loaded.has(table)) return [];
    loaded.add(table);
    const folder = table === 'staging_events' ? 'log_data/' : 'song_data/';
    const read = files.filter((file) => file.startsWith(folder)).map((file) => join(raw, file));
    return batches(read).map((batch) => `${insert}\n${nativeSelect(table, values.split(',\n'), raw, batch)}`);
  });
}

function batches(files: readonly string[]): string[][] {
  const found: string[][] = [];
  let bytes = Infinity;
  for (const file of files) {
    const { size } = statSync(file);
    if (bytes + size > batchBytes) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1)?.push(file);
    bytes += size;
  }
  return found;
}

function nativeSelect(table: string, values: readonly string[], raw: string, files: readonly string[]): string {
  const isEvents = table === 'staging_events';
  const paths = isEvents ? parseJsonPathsFile(readFileSync(join(raw, 'log_json_path.json'), 'utf8')) : [];
  const keys = values.map((value, i) => String(paths[i]?.[0] ?? /as "(\w+)"$/.exec(value)?.[1]));
  const selected = values.map((value, i) => {
    const type = cast.exec(value)?.[1];
    return type === undefined ? textOf(`"${keys[i]}"`) : checked(`"${keys[i]}"`, type);
  });
  const read = files.map((file) => `'${file}'`);
  const columns = keys.map((key) => `"${key}": 'varchar'`);
  return `select ${selected.join(', ')}
from read_json([${read.join(', ')}], format = 'unstructured', records = 'true', columns = { ${columns.join(', ')} })`;
}

function textOf(value: string): string {
  return `case when contains(${value}, chr(0)) then error('not plain') else ${value} end`;
}

/** The value as a number of the type, null for an empty text, an error for what is no such number. */
function checked(value: string, type: string): string {
  const pattern = type === 'double' ? '-?[0-9]+(\\.[0-9]+)?([eE][-+]?[0-9]+)?' : '-?[0-9]+';
  const isSound = type === 'double' ? ` and isfinite(cast(${value} as double))` : '';
  return `case
    when ${value} is null or ${value} = '' then null
    when regexp_full_match(${value}, '${pattern}')${isSound} then cast(${value} as ${type})
    else error('not plain')
end`;
}
