import { dwhYaml } from '../../config/schema.ts';
import type { Target } from '../../config/target.ts';
import { loadingOf } from '../../config/target.ts';
import type { Fault } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import type { KeyPath } from '../../core/location.ts';
import { openStorage } from '../../storage/open-storage.ts';
import type { Storage } from '../../storage/storage.ts';
import { isInS3 } from '../../storage/storage.ts';
import type { OpenSource, SourcePlaces } from './open-source.ts';

/** How a warehouse comes to the objects of a source. */
export interface ObjectAccess {
  /** The ARN of a role, or `default`. */
  readonly iamRole: string;
  readonly region: string | undefined;
  /** Where manifests are put for the warehouse to read. */
  readonly stage: Storage;
  /** The folder of this run there. */
  readonly folder: string;
  /** Where all of that is set. */
  readonly places: SourcePlaces & { readonly iamRole: KeyPath };
}

/** What a run knows of itself and its project. */
export interface AccessOptions {
  readonly projectDir: string;
  readonly target: Target;
  readonly runId: string;
  readonly signal: AbortSignal;
}

/**
 * How the warehouse of a target comes to the objects of a source. Asks nothing of S3 yet. Throws a FaultError when the
 * source is not in S3, or the target does not say what is needed.
 */
export async function objectAccess(source: OpenSource, options: AccessOptions): Promise<ObjectAccess> {
  const { projectDir, target, runId, signal } = options;
  const { root, written, region, places } = source;
  const { iamRole, stage } = loadingOf(target);
  const inTarget = (key: string): KeyPath => ({ path: dwhYaml, keys: ['targets', target.name, key], point: 'value' });
  const notInS3 = isInS3(root) ? [] : [notInS3Fault(root, written, target, places.root)];
  if (iamRole === undefined || stage === undefined || notInS3.length > 0) {
    const missing = [
      ...(iamRole === undefined ? [missingFault(target, 'iam_role', roleHint, inTarget('iam_role'))] : []),
      ...(stage === undefined ? [missingFault(target, 'stage', stageHint, inTarget('stage'))] : []),
    ];
    throw new FaultError([...notInS3, ...missing]);
  }
  const opened = { region, rootAt: inTarget('stage'), regionAt: places.region, signal };
  return {
    iamRole,
    region,
    stage: await openStorage(projectDir, stage, opened),
    folder: runId,
    places: { ...places, iamRole: inTarget('iam_role') },
  };
}

const roleHint =
  'iam_role: is the ARN of a role that is attached to the warehouse and may read the bucket, or "default" for the default one';
const stageHint =
  'stage: is a place in S3, in the region of the raw files, such as s3://bucket/stage: manifests stand there during a run';

function missingFault({ name, type }: Target, key: string, hint: string, at: KeyPath): Fault {
  return {
    code: 'config-invalid',
    message: `target "${name}" does not say its ${key}, without which ${type} loads no raw files`,
    at,
    hint,
  };
}

/** `written` is the root as dwh.yaml has it: it may name the variable to set. */
function notInS3Fault(root: string, written: string, { name }: Target, at: KeyPath): Fault {
  const variable = /\$\{(\w+)/.exec(written)?.[1];
  const setting = variable === undefined ? 'root: s3://bucket/prefix' : `${variable}=s3://bucket/prefix`;
  return {
    code: 'config-invalid',
    message: `the warehouse of target "${name}" reads raw files from S3 and nowhere else, and the root of this source is the folder ${root}`,
    at,
    hint: `copy them there, aws s3 sync ${root} s3://bucket/prefix, and set ${setting}`,
  };
}
