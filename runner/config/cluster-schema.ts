import * as z from 'zod/mini';

/** What is in a bucket: all of it, or what begins with a prefix. */
const place = /^s3:\/\/[a-z0-9][a-z0-9.-]+(?:\/.*)?$/;
/** What a project of some million rows needs, and little enough to be forgotten about. */
export const defaultRpu = 8;
const number = z.optional(z.union([z.number(), z.string()]));

const common = {
  name: z.string(),
  region: z.string(),
  /** The database that is made with it; `dev` if none is named. */
  database: z.optional(z.string()),
  /** Where Redshift may read raw files: `s3://bucket`, or `s3://bucket/prefix`. */
  read: z.array(z.string()),
  /** Where lists of the files to load are put for it; a bucket is made for them if none is named. */
  stage: z.optional(z.string()),
  /** Whether it has an address outside of its network. */
  public: z.optional(z.boolean()),
  /** Ranges of addresses that may connect: none, if there are none. */
  allow_from: z.optional(z.array(z.string())),
  /** The subnets it stands in; those of the default VPC if none are named. */
  subnets: z.optional(z.array(z.string())),
  /** Whether the trust policy of the role asks for `aws:SourceAccount`, which no document of AWS says that COPY sends. */
  source_account: z.optional(z.boolean()),
  tags: z.optional(z.record(z.string(), z.string())),
};

const serverless = z.strictObject({
  kind: z.optional(z.literal('serverless')),
  ...common,
  /** Redshift processing units that it works with at least, and at most. */
  rpu: number,
  max_rpu: number,
  /** What it may use up in a day before it answers no more. */
  rpu_hours_a_day: number,
});

const provisioned = z.strictObject({
  kind: z.literal('provisioned'),
  ...common,
  node_type: z.string(),
  nodes: number,
});

/** The cluster that a project describes, as it is written. */
export const clusterSchema = z.discriminatedUnion('kind', [serverless, provisioned]);

const matches = (pattern: RegExp, message: string): z.ZodMiniString => z.string().check(z.regex(pattern, message));
const inS3 = matches(place, 'not a place in S3, such as s3://bucket or s3://bucket/prefix');
const whole = (least: number): z.ZodMiniOptional<z.z.ZodMiniNumber> =>
  z.optional(z.coerce.number().check(z.int('not a whole number'), z.minimum(least, `it is ${least} at least`)));

/**
 * Redshift processing units, as AWS takes them (Management Guide, "Compute capacity for Amazon Redshift Serverless"). How many
 * there are of differs by region, and that list grows: AWS itself refuses what a region does not have.
 */
const rpu = (most: number): z.ZodMiniOptional<z.z.ZodMiniNumber> =>
  z.optional(
    z.coerce.number().check(
      z.refine((value) => value === 4 || (value >= 8 && value % 8 === 0), 'it is 4 or a multiple of 8'),
      z.maximum(most, `it is ${most} at most`),
    ),
  );
/** Above this, the base capacity comes in coarser units. */
const fineRpu = 512;
const baseRpu = rpu(1024).check(
  z.refine((value = 0) => value <= fineRpu || value % 32 === 0, `above ${fineRpu} it is a multiple of 32`),
);

// Roles, buckets and security groups have names with this one in them, and the shortest of their limits.
const name = matches(
  /^(?=.{3,32}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/,
  'a name has 3 to 32 lower-case letters, digits and single hyphens, and begins with a letter',
);

const filledCommon = {
  name,
  region: matches(/^[a-z]{2}(?:-[a-z]+)+-\d$/, 'not a region, such as us-west-2'),
  database: z.optional(matches(/^[a-z_][a-z0-9_$]{0,63}$/, 'not the name of a database, in lower case')),
  read: z.array(inS3).check(z.minLength(1, 'it has to read something: name a bucket, s3://bucket')),
  stage: z.optional(inS3),
  allow_from: z.optional(
    z.array(z.string().check(z.refine(isRange, 'not a range of addresses, such as 203.0.113.7/32'))),
  ),
  subnets: z.optional(z.array(matches(/^subnet-[0-9a-f]+$/, 'not the id of a subnet, such as subnet-0123abcd'))),
  tags: z.optional(z.record(matches(/^(?!aws:)[^\n]{1,128}$/, 'not a key of a tag'), z.string())),
};

/** The same once its placeholders are filled in. */
export const filledClusterSchema = z.discriminatedUnion('kind', [
  z.extend(serverless, { ...filledCommon, rpu: baseRpu, max_rpu: rpu(5632), rpu_hours_a_day: whole(1) }).check(
    z.refine(({ rpu = defaultRpu, max_rpu: most = rpu }) => most >= rpu, {
      path: ['max_rpu'],
      message: 'it is less than rpu',
    }),
  ),
  z.extend(provisioned, { ...filledCommon, node_type: nodeType(), nodes: whole(1) }),
]);

function isRange(text: string): boolean {
  return z.cidrv4().safeParse(text).success || z.cidrv6().safeParse(text).success;
}

/** AWS has announced the end of DC2 and makes no new ones (AWS Big Data Blog, 2025: "migrate from DC2"). */
function nodeType(): z.ZodMiniString {
  return z.string().check(
    z.refine((type) => !/^d[cs]\d\./.test(type), {
      message: 'AWS makes no more clusters of DC2 or DS2 nodes: take ra3.large, or one of rg',
      abort: true,
    }),
    z.regex(/^(?:ra3|rg)\.\w+$/, 'not a type of node, such as ra3.large'),
  );
}
