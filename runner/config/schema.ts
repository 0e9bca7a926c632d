import * as z from 'zod/mini';
import { materializations, namePattern } from '../core/node.ts';
import { clusterSchema } from './cluster-schema.ts';

/** The file that makes a folder a project. */
export const dwhYaml = 'dwh.yaml';

/**
 * How a connection is secured. `verify-full` checks the certificate and that it is that of the host; `verify-ca` only the
 * certificate; `require` encrypts and checks nothing; `disable` sends everything, the password too, as it is.
 */
export const sslModes = ['verify-full', 'verify-ca', 'require', 'disable'] as const;
export type SslMode = (typeof sslModes)[number];

const placeholder = /\$\{\w+[^}]*\}/;
const secret = z
  .string()
  .check(z.regex(/^\$\{\w+\}$/, 'a password does not stand here: name a variable, ${PGPASSWORD}'));
const sslMode = z
  .string()
  .check(
    z.refine(
      (text) => placeholder.test(text) || sslModes.some((mode) => mode === text),
      `not one of ${sslModes.join(', ')}`,
    ),
  );

/** What Redshift reads raw files by: a role that it takes on, and a place in S3 where lists of files are put for it. */
const loading = {
  iam_role: z.optional(z.string()),
  stage: z.optional(z.string()),
};

/** What names a warehouse of Redshift to AWS: the identifier of a cluster, or the name of a serverless workgroup. */
const inAws = {
  cluster_id: z.optional(z.string()),
  workgroup: z.optional(z.string()),
  region: z.optional(z.string()),
};

const duckdbTarget = z.strictObject({
  type: z.literal('duckdb'),
  path: z.string(),
  schema_prefix: z.optional(z.string()),
  memory_limit: z.optional(z.string()),
});

/** How many seconds a statement waits for a lock that somebody else holds. */
const waiting = { lock_timeout: z.optional(z.union([z.number(), z.string()])) };

const postgresTarget = z.strictObject({
  type: z.literal('postgres'),
  host: z.string(),
  port: z.optional(z.union([z.int(), z.string()])),
  database: z.string(),
  user: z.string(),
  password: z.optional(secret),
  sslmode: z.optional(sslMode),
  sslrootcert: z.optional(z.string()),
  schema_prefix: z.optional(z.string()),
  ...waiting,
});

const redshiftTarget = z.strictObject({
  type: z.literal('redshift'),
  /** The cluster that this file describes: AWS is asked for all else when a command connects. */
  cluster: z.optional(z.string()),
  host: z.optional(z.string()),
  port: z.optional(z.union([z.int(), z.string()])),
  database: z.optional(z.string()),
  user: z.optional(z.string()),
  password: z.optional(secret),
  /** The name or ARN of a secret in Secrets Manager that holds user and password. */
  secret: z.optional(z.string()),
  ...waiting,
  ...inAws,
  ...loading,
  sslmode: z.optional(sslMode),
  sslrootcert: z.optional(z.string()),
  schema_prefix: z.optional(z.string()),
});

const redshiftDataTarget = z.strictObject({
  type: z.literal('redshift-data'),
  cluster: z.optional(z.string()),
  database: z.optional(z.string()),
  user: z.optional(z.string()),
  secret: z.optional(z.string()),
  ...waiting,
  ...inAws,
  ...loading,
  schema_prefix: z.optional(z.string()),
});

/** One entry under `targets:` as it is written, by its type. */
export const targetSchema = z.discriminatedUnion('type', [
  duckdbTarget,
  postgresTarget,
  redshiftTarget.check(
    oneOf(['cluster', 'password', 'secret', 'cluster_id', 'workgroup'], 'it logs in'),
    lookedUp(['host', 'port', 'user'], ['host', 'database']),
  ),
  redshiftDataTarget.check(
    oneOf(['cluster', 'cluster_id', 'workgroup'], 'it is reached'),
    lookedUp(['user', 'secret'], ['database']),
  ),
]);

const filledWaiting = { lock_timeout: z.optional(z.coerce.number().check(z.positive())) };
const filledConnection = {
  ...filledWaiting,
  port: z.optional(z.coerce.number().check(z.int(), z.minimum(1), z.maximum(65535))),
  password: z.optional(z.string()),
  sslmode: z.optional(z.enum(sslModes)),
};
const filledLoading = {
  iam_role: z.optional(
    z
      .string()
      .check(
        z.regex(/^(?:default|arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+)$/, 'neither the ARN of a role nor "default"'),
      ),
  ),
  stage: z.optional(z.string().check(z.regex(/^s3:\/\/[^/]+/, 'not a place in S3, such as s3://bucket/prefix'))),
};

/** The same once its placeholders are filled in. */
export const filledTargetSchema = z.discriminatedUnion('type', [
  duckdbTarget,
  z.extend(postgresTarget, filledConnection),
  z.extend(redshiftTarget, { ...filledConnection, ...filledLoading }),
  z.extend(redshiftDataTarget, { ...filledWaiting, ...filledLoading }),
]);

/** What is known of a cluster does not stand in a target that names one; where none is named, it has to say these settings. */
function lookedUp(known: readonly string[], needed: readonly string[]): z.core.$ZodCheck<object> {
  const looked = [...known, 'database', 'region', 'iam_role', 'stage'];
  return z.superRefine((target: object, context) => {
    const wrong = 'cluster' in target ? looked.filter((key) => key in target) : [];
    for (const key of wrong)
      context.addIssue({ code: 'custom', path: [key], message: 'this is looked up, since the target names a cluster' });
    const missing = 'cluster' in target ? [] : needed.filter((key) => !(key in target));
    for (const key of missing) context.addIssue({ code: 'custom', path: [key], message: 'this is missing' });
  });
}

/** Of these settings there has to be one, and no second. */
function oneOf(keys: readonly string[], what: string): z.core.$ZodCheck<object> {
  return z.refine((target: object) => keys.filter((key) => key in target).length === 1, {
    message: `${what} by exactly one of ${keys.join(', ')}`,
  });
}

const name = z.string().check(z.regex(namePattern, 'a name has lower-case letters, digits and underscores'));
const tags = z.union([z.string(), z.array(z.string())]);

/** What becomes of a new file with the content of one that is loaded: it is left out, loaded as well, or refused. */
export const sameContents = ['skip', 'load', 'fail'] as const;
export type SameContent = (typeof sameContents)[number];

/** What is done about a loaded file that is not there any more. */
export const missingFiles = ['warn', 'fail', 'ignore'] as const;
export type MissingFiles = (typeof missingFiles)[number];

/** What is said of files that are loaded: of a source, or of all in its group. */
const loadedFiles = {
  same_content: z.optional(z.enum(sameContents)),
  missing_files: z.optional(z.enum(missingFiles)),
};

const sourceFile = z.strictObject({
  path: z.string(),
  ...loadedFiles,
  jsonpaths: z.optional(z.string()),
  description: z.optional(z.string()),
});

/** Where raw files are: in one place, or for an engine in another one. */
const root = z.union([
  z.string(),
  z.strictObject({
    default: z.string(),
    duckdb: z.optional(z.string()),
    postgres: z.optional(z.string()),
    redshift: z.optional(z.string()),
  }),
]);

const sourceGroup = z.strictObject({
  root,
  region: z.optional(z.string()),
  ...loadedFiles,
  description: z.optional(z.string()),
  files: z.record(name, sourceFile),
});

const folderDefaults = z.strictObject({
  schema: z.optional(name),
  materialized: z.optional(z.enum(materializations)),
  tags: z.optional(tags),
});

/** The whole of dwh.yaml. */
export const projectSchema = z.strictObject({
  name,
  target: z.string(),
  targets: z.record(z.string(), targetSchema),
  sources: z.optional(z.record(name, sourceGroup)),
  vars: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
  folders: z.optional(z.record(z.string(), folderDefaults)),
  cluster: z.optional(clusterSchema),
});

export type TargetType = z.infer<typeof targetSchema>['type'];
export type Engine = 'duckdb' | 'postgres' | 'redshift';
export type SourceGroup = z.infer<typeof sourceGroup>;
export type FolderDefaults = z.infer<typeof folderDefaults>;
export type VarValue = string | number | boolean;

/** dwh.yaml as it stands: checked, but with its `${ENV}` placeholders still in it. */
export interface ProjectConfig {
  readonly name: string;
  readonly defaultTarget: string;
  readonly targets: Readonly<Record<string, z.infer<typeof targetSchema>>>;
  readonly sources: Readonly<Record<string, SourceGroup>>;
  readonly vars: Readonly<Record<string, VarValue>>;
  readonly folders: Readonly<Record<string, FolderDefaults>>;
  readonly cluster: z.infer<typeof clusterSchema> | undefined;
}
