import * as z from 'zod/mini';
import { schemaFaults } from '../config/schema-faults.ts';
import type { FolderDefaults, ProjectConfig } from '../config/schema.ts';
import type { Fault } from '../core/fault.ts';
import { locationAt } from '../core/location.ts';
import type { Severity } from '../core/node.ts';
import { compUpdates, materializations, namePattern, schemaChanges, severities, strategies } from '../core/node.ts';
import { timeFormats } from '../json/copy-options.ts';
import type { Call, Template } from '../template/syntax.ts';
import type { ModelConfig } from './manifest.ts';

const list = z.string();
/** COPY gives up at the error of this number plus one, and counts to 100 000. */
const mostErrors = 99_999;

const modelSchema = z.strictObject({
  materialized: z.optional(z.enum(materializations)),
  schema: z.optional(z.string().check(z.regex(namePattern, 'a schema has lower-case letters, digits and underscores'))),
  tags: z.optional(list),
  unique_key: z.optional(list),
  strategy: z.optional(z.enum(strategies)),
  on_schema_change: z.optional(z.enum(schemaChanges)),
  dist: z.optional(z.string()),
  sort: z.optional(list),
  sort_type: z.optional(z.enum(['compound', 'interleaved'])),
  depends_on: z.optional(list),
  max_errors: z.optional(z.int().check(z.minimum(0), z.maximum(mostErrors))),
  time_format: z.optional(z.enum(timeFormats)),
  truncate_columns: z.optional(z.boolean()),
  blanks_as_null: z.optional(z.boolean()),
  empty_as_null: z.optional(z.boolean()),
  stat_update: z.optional(z.boolean()),
  comp_update: z.optional(z.enum(compUpdates)),
});

const testSchema = z.strictObject({ severity: z.optional(z.enum(severities)), tags: z.optional(list) });

/** The settings of a model: its own, else those of the nearest folder that has them, else the defaults. */
export function modelConfig(
  project: ProjectConfig,
  template: Template,
  call: Call | undefined,
  faults: Fault[],
): ModelConfig & { tags: readonly string[] } {
  const own = readSettings(modelSchema, template, call, faults);
  const folders = folderDefaults(project, template.path);
  const uniqueKey = items(own?.unique_key);
  return {
    materialized: own?.materialized ?? folders.materialized ?? 'view',
    schema: own?.schema ?? folders.schema ?? project.name,
    tags: [...new Set([...folders.tags, ...items(own?.tags)])].sort(),
    uniqueKey,
    onSchemaChange: own?.on_schema_change ?? 'fail',
    strategy: own?.strategy ?? (uniqueKey.length > 0 ? 'merge' : 'append'),
    dist: own?.dist,
    sort: items(own?.sort),
    sortType: own?.sort_type,
    dependsOn: items(own?.depends_on),
    maxErrors: own?.max_errors ?? 0,
    load: {
      timeFormat: own?.time_format,
      truncateColumns: own?.truncate_columns,
      blanksAsNull: own?.blanks_as_null,
      emptyAsNull: own?.empty_as_null,
      statUpdate: own?.stat_update,
      compUpdate: own?.comp_update,
    },
  };
}

/** The settings of a data test that is a file of its own. */
export function testConfig(
  template: Template,
  call: Call | undefined,
  faults: Fault[],
): { severity: Severity; tags: readonly string[] } {
  const { severity = 'error', tags } = readSettings(testSchema, template, call, faults) ?? {};
  return { severity, tags: items(tags) };
}

/** What dwh.yaml says of the folders that hold `path`: for each setting the nearest one; tags of all of them. */
export function folderDefaults(
  project: ProjectConfig,
  path: string,
): { materialized: FolderDefaults['materialized']; schema: string | undefined; tags: readonly string[] } {
  const around = foldersAround(project, path).map(([, defaults]) => defaults);
  return {
    materialized: around.find((folder) => folder.materialized !== undefined)?.materialized,
    schema: around.find((folder) => folder.schema !== undefined)?.schema,
    tags: around.flatMap((folder) => (typeof folder.tags === 'string' ? items(folder.tags) : (folder.tags ?? []))),
  };
}

/** The folder of dwh.yaml that sets the schema of the file at `path`; undefined where none does. */
export function folderOfSchema(project: ProjectConfig, path: string): string | undefined {
  return foldersAround(project, path).find(([, { schema }]) => schema !== undefined)?.[0];
}

/** The folders of dwh.yaml that hold `path`, the nearest first. */
function foldersAround(project: ProjectConfig, path: string): [string, FolderDefaults][] {
  return Object.entries(project.folders)
    .filter(([folder]) => path.startsWith(`${folder.replace(/\/+$/, '')}/`))
    .toSorted(([a], [b]) => b.length - a.length);
}

function readSettings<T>(
  schema: z.ZodMiniType<T>,
  template: Template,
  call: Call | undefined,
  faults: Fault[],
): T | undefined {
  const given = (call?.named ?? []).filter(({ value }) => value.kind === 'literal');
  const settings = Object.fromEntries(
    given.map(({ name, value }) => [name, value.kind === 'literal' ? value.value : undefined]),
  );
  const parsed = schema.safeParse(settings);
  if (parsed.success) return parsed.data;
  for (const fault of schemaFaults(schema, settings, parsed.error.issues, template.path)) {
    const key = fault.at !== undefined && 'keys' in fault.at ? String(fault.at.keys[0]) : '';
    const argument = given.find(({ name }) => name === key);
    faults.push({ ...fault, at: locationAt(template, argument?.at ?? call?.at ?? 0, argument?.name.length) });
    delete settings[key];
  }
  // What is right still counts, so that one wrong setting does not bring forth faults elsewhere.
  return schema.safeParse(settings).data;
}

/** "a, b" -> ["a", "b"] */
function items(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
