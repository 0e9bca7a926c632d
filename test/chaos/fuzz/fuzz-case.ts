import fc from 'fast-check';
import type { Mutation, Vocabulary } from './mutation.ts';
import { mutated, mutations, vocabularies } from './mutation.ts';
import { soundProject } from './project.ts';

/** What is found at a path of a project. `loop` is a link to itself, `device` a link to one that never ends. */
export type Entry =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'absent' | 'folder' | 'pipe' | 'loop' | 'device' };

/** What the program is given: how a project differs from the sound one, and the command lines that are run in it. */
export interface FuzzCase {
  readonly changes: Readonly<Record<string, Entry>>;
  readonly commands: readonly (readonly string[])[];
}

const vocabularyOf = (path: string): Vocabulary => {
  if (/\.ya?ml$/.test(path)) return vocabularies.yaml;
  if (path.endsWith('.csv')) return vocabularies.csv;
  if (path.endsWith('.json')) return vocabularies.json;
  return path.endsWith('session.sql') ? vocabularies.sql : vocabularies.template;
};

const paths = Object.keys(soundProject);
/** Without the macros of the engines, which are a half of them. */
const ownPaths = paths.filter((path) => !/^macros\/.*\//.test(path));

/** A file of the sound project with some mutations. */
const mutatedFile: fc.Arbitrary<readonly [string, Entry]> = fc
  .constantFrom(...ownPaths, ...ownPaths, ...paths)
  .chain((path) =>
    fc.array(mutations(vocabularyOf(path)), { minLength: 1, maxLength: 4 }).map((list: readonly Mutation[]) => {
      const text = mutated(soundProject[path] ?? '', list);
      return [path, { kind: 'text', text }] as const;
    }),
  );

const newPaths = ['models/extra.sql', 'models/extra.yml', 'macros/extra.hbs', 'seeds/extra.csv', 'raw/orders/2.json', 'raw/orders/2.json.gz', 'analyses/extra.sql', 'test/data/extra.sql', 'target', 'models/a/b.sql', 'models/Ä.sql', 'seeds/__proto__.csv', 'models/constructor.sql']; // prettier-ignore

/** A file that is no text, or none. */
const oddEntry: fc.Arbitrary<readonly [string, Entry]> = fc.tuple(
  fc.constantFrom(...paths, ...newPaths),
  fc.oneof(
    fc.record({ kind: fc.constantFrom('absent', 'folder', 'pipe', 'loop', 'device') }),
    fc.record({ kind: fc.constant('bytes' as const), bytes: fc.uint8Array({ maxLength: 40 }) }),
  ),
);

/** A file that the sound project does not have, with text of another. */
const newFile: fc.Arbitrary<readonly [string, Entry]> = fc
  .tuple(fc.constantFrom(...newPaths), fc.constantFrom(...Object.values(soundProject)))
  .chain(([path, text]) =>
    fc
      .array(mutations(vocabularyOf(path)), { maxLength: 3 })
      .map((list: readonly Mutation[]) => [path, { kind: 'text', text: mutated(text, list) }] as const),
  );

const leftPaths = ['manifest.json', 'run_results.json', 'parse-cache.json', 'valid.json'].map(
  (name) => `target/${name}`,
);
const left =
  '{"metadata":{"dbt_schema_version":"x"},"nodes":{},"version":"1","key":"","results":[{"status":"error","unique_id":"model.shop.orders"}],"args":{}}';

/** What a command finds in `target/` that no command of ours wrote so. */
const leftFile: fc.Arbitrary<readonly [string, Entry]> = fc
  .tuple(fc.constantFrom(...leftPaths), fc.array(mutations(vocabularies.json), { maxLength: 3 }))
  .map(([path, list]: [string, readonly Mutation[]]) => [path, { kind: 'text', text: mutated(left, list) }] as const);

const change = fc.oneof(
  { weight: 8, arbitrary: mutatedFile },
  { weight: 1, arbitrary: oddEntry },
  { weight: 1, arbitrary: newFile },
  { weight: 1, arbitrary: leftFile },
);

const selectorWords = ['orders', 'totals', 'raw_orders', 'codes', 'result:error', '+', '@', '1+', '+9', 'tag:', 'path:', 'config.', 'materialized', ':', '*', '?', '[a-z]', '[!a', ']', '!(', ')', ',', '{a,b}', '+(', '(', '|', 'constructor', '__proto__', 'source:', 'staging', '.', '/', 'models', 'resource_type:', 'state:modified', 'result:', '%', '\u001b[1m', '\0', 'é', ' ', '-', '\\']; // prettier-ignore

const selector = fc.oneof(
  fc.constantFrom('orders', '+orders', 'orders+', 'tag:staging', 'path:models', 'staging.*', 'nope', 'config.materialized:view'),
  fc.array(fc.constantFrom(...selectorWords), { minLength: 1, maxLength: 12 }).map((words) => words.join('')),
  fc.tuple(fc.constantFrom(...selectorWords), fc.constantFrom(100, 10_000, 100_000)).map(([word, times]) => word.repeat(times)),
); // prettier-ignore

const option = fc.oneof(
  fc.constantFrom(['--full-refresh'], ['--dry-run'], ['--log-format', 'json'], ['--log-level', 'debug'], ['--format', 'json'], ['--format', 'csv'], ['--threads', '1'], ['--wait'], ['--target', 'local'], ['--output', 'json'], ['--replace-dependents']), // prettier-ignore
  fc.constantFrom(['--target', 'toString'], ['--target', 'server'], ['--threads', '0'], ['--threads', '1e9'], ['--format', 'x'], ['--limit', '-1'], ['--nope'], ['--'], ['-'], ['--vars'], ['--help'], ['--state', '.'], ['--project-dir', '/dev/null'], ['--project-dir', 'nope']), // prettier-ignore
  selector.map((text) => ['--exclude', text]),
  selector.map((text) => ['--select', text]),
  fc.tuple(fc.constantFrom('least', 'currency', 'constructor', '__proto__', 'nope', ''), fc.string({ maxLength: 6 })).map(([name, value]) => ['--vars', `${name}=${value}`]), // prettier-ignore
);

const options = fc
  .oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(option, { minLength: 1, maxLength: 2 }) },
  )
  .map((lists) => lists.flat());

const selectors = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(selector, { minLength: 1, maxLength: 2 }) },
);

const queryText = fc.oneof(
  fc.constantFrom('top', 'no_debt', 'select 1', 'select * from {{ref "orders"}}', 'nope', ''),
  fc
    .array(mutations(vocabularies.sql), { maxLength: 3 })
    .map((list: readonly Mutation[]) => mutated('select * from {{ref "orders"}} where id = 1', list)),
);

/** Commands that read files only, and those that open the warehouse, which takes them longer. */
const offline = fc.tuple(fc.constantFrom('validate', 'list', 'graph', 'compile'), selectors, options);
const onWarehouse = fc.tuple(fc.constantFrom('models', 'test', 'debug', 'clean'), selectors, options);
const reading = fc.tuple(fc.constantFrom('query', 'show'), queryText, options);
const unknown = fc.tuple(fc.constantFrom('docs', 'modles', 'run', 'cluster', 'constructor', '__proto__', ''), selectors, options); // prettier-ignore

const command: fc.Arbitrary<readonly string[]> = fc.oneof(
  { weight: 12, arbitrary: offline.map(([verb, given, more]) => [verb, ...given, ...more]) },
  { weight: 7, arbitrary: onWarehouse.map(([verb, given, more]) => [verb, ...given, ...more]) },
  { weight: 2, arbitrary: reading.map(([verb, given, more]) => [verb, given, ...more]) },
  { weight: 1, arbitrary: unknown.map(([verb, given, more]) => [verb, ...given, ...more]) },
);

/** Commands on what is published: as far as what is broken lets it be. */
const afterModels: fc.Arbitrary<readonly (readonly string[])[]> = fc
  .oneof(reading, onWarehouse)
  .map(([verb, given, more]) => [['models'], [verb, given, more].flat()]);

/** Projects with faults, and commands for them. A case shrinks towards the sound project and one plain command. */
export const fuzzCases: fc.Arbitrary<FuzzCase> = fc.record({
  changes: fc
    .oneof(
      { weight: 6, arbitrary: fc.array(change, { minLength: 1, maxLength: 2 }) },
      { weight: 1, arbitrary: fc.constant([]) },
    )
    .map((list) => Object.fromEntries(list)),
  commands: fc.oneof(
    { weight: 3, arbitrary: fc.array(command, { minLength: 1, maxLength: 2 }) },
    { weight: 1, arbitrary: afterModels },
  ),
});
