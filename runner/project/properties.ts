import * as z from 'zod/mini';
import { schemaFaults } from '../config/schema-faults.ts';
import { parseYaml } from '../config/yaml.ts';
import { FaultError } from '../core/fault.ts';
import { severities } from '../core/node.ts';

const severity = z.optional(z.enum(severities));
const scalar = z.union([z.string(), z.number(), z.boolean()]);
/** An end of a range: a number, or a time in quotes. */
const bound = z.union([
  z
    .number()
    .check(
      z.refine(
        (value) => !Number.isInteger(value) || Number.isSafeInteger(value),
        'a whole number as large as this is read exactly in quotes only',
      ),
    ),
  z.string(),
]);
const options = z.optional(z.nullable(z.strictObject({ severity })));

/** `unique`, or `accepted_values: {values: [free, paid], severity: warn}`. */
const columnTest = z.union([
  z.enum(['not_null', 'unique']),
  z
    .strictObject({
      not_null: options,
      unique: options,
      accepted_values: z.optional(
        z.strictObject({ values: z.array(scalar).check(z.minLength(1, 'name at least one')), severity }),
      ),
      accepted_range: z.optional(
        z
          .strictObject({ min_value: z.optional(bound), max_value: z.optional(bound), severity })
          .check(
            z.refine(
              ({ min_value, max_value }) => min_value !== undefined || max_value !== undefined,
              'name min_value, max_value or both',
            ),
          ),
      ),
      relationships: z.optional(z.strictObject({ to: z.string(), column: z.string(), severity })),
    })
    .check(z.refine((test) => Object.keys(test).length > 0, 'name a test, such as unique')),
]);

const nodeTest = z.strictObject({
  unique: z.strictObject({ columns: z.array(z.string()).check(z.minLength(1, 'name at least one')), severity }),
});

const column = z.strictObject({
  name: z.string(),
  type: z.optional(z.string()),
  description: z.optional(z.string()),
  not_null: z.optional(z.boolean()),
  encode: z.optional(z.string()),
  tests: z.optional(z.array(columnTest)),
});

const node = z.strictObject({
  name: z.string(),
  description: z.optional(z.string()),
  columns: z.optional(z.array(column)),
  tests: z.optional(z.array(nodeTest)),
});

const schema = z.strictObject({
  models: z.optional(z.array(node)),
  seeds: z.optional(z.array(node)),
  analyses: z.optional(z.array(z.strictObject({ name: z.string(), description: z.optional(z.string()) }))),
});

export type PropertiesFile = z.infer<typeof schema>;
export type NodeProperties = z.infer<typeof node>;
export type ColumnProperties = z.infer<typeof column>;
export type ColumnTest = z.infer<typeof columnTest>;

/** Reads a properties file, such as `models/marts/_marts.yml`. Throws a FaultError with all its faults. */
export function parseProperties(path: string, text: string): PropertiesFile {
  const data = parseYaml(path, text);
  if (data === undefined) return {};
  const parsed = schema.safeParse(data);
  if (!parsed.success) throw new FaultError(schemaFaults(schema, data, parsed.error.issues, path));
  return parsed.data;
}
