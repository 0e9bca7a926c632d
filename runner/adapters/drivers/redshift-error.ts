import type { Trouble } from '../driver.ts';

/**
 * What may pass when all that belongs to it is done anew. Redshift has one SQLSTATE for most of what goes wrong, XX000, and
 * the Data API gives none: the words are all that tells.
 */
const transient =
  /\b1023\b|Serializable isolation violation|conflict with concurrent transaction|could not open relation with OID|dropped by concurrent transaction|\b1018\b.*Relation does not exist|deadlock detected/i;

/** What breaks a session while something may go on in the warehouse. */
const lost = /connection to the (?:server|cluster) was (?:lost|closed)|terminating connection|SSL SYSCALL error/i;

/** What to do about it: the setting that is to be mended, where there is one. */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /Not authorized to get credentials of role/i,
    'iam_role of the target names a role that is not attached to the warehouse, or does not trust redshift.amazonaws.com: attach it, or name the right one; a condition in its trust policy that Redshift does not meet, such as source_account of cluster:, keeps it out as well',
  ],
  [
    /must be addressed using the specified endpoint|PermanentRedirect|AuthorizationHeaderMalformed/i,
    'the bucket is in another region: region of the source, in dwh.yaml, is to name it',
  ],
  [
    /S3ServiceException:\s*Access Denied|AccessDenied/i,
    'the role that iam_role of the target names needs s3:ListBucket on the bucket and s3:GetObject on its objects, and on those of stage',
  ],
  [
    /specified bucket does not exist|NoSuchBucket/i,
    'root of the source and stage of the target name buckets: is one misspelt?',
  ],
  [/Invalid JSONPath|jsonpaths? file/i, 'jsonpaths of the source, in dwh.yaml, names the file that this is about'],
  [
    /No default IAM role|default IAM role/i,
    'the warehouse has no default role: iam_role of the target is to name one by its ARN',
  ],
  [
    /String length exceeds DDL length/i,
    'lengths are bytes: widen the column in the contract, or cut what is longer: {{config truncate_columns=true}}',
  ],
  [
    /read-only transaction/i,
    'this is sent to read only: what writes belongs in a model; a Redshift that refuses external tables here reads them in a model as well',
  ],
  [/value too long for type/i, 'lengths are bytes: widen the column in the contract'],
  [/permission denied/i, 'the user of the target needs that right: see docs/redshift.md for what to grant'],
  [/disk full/i, 'the warehouse has no room left: drop what is not needed, or make it larger'],
];

/** What is the matter, by the words of Redshift. */
export function redshiftTrouble(message: string): Trouble {
  if (transient.test(message)) return 'transient';
  return lost.test(message) ? 'lost' : 'refused';
}

/** What to do about it; undefined where the words say all. */
export function redshiftHint(message: string): string | undefined {
  return hints.find(([words]) => words.test(message))?.[1];
}
