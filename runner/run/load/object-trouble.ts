import type { FaultCode } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import type { ObjectAccess } from './object-access.ts';

type Setting = keyof ObjectAccess['places'];

/** Which setting is to blame, by the words of the engine: it has no codes for what goes wrong between it and S3. */
const blamed: readonly (readonly [RegExp, Setting, FaultCode])[] = [
  [/credentials of role|default IAM role/i, 'iamRole', 'storage-denied'],
  [/specified endpoint|PermanentRedirect|AuthorizationHeaderMalformed/i, 'region', 'storage-unavailable'],
  [/bucket does not exist|NoSuchBucket/i, 'root', 'storage-unavailable'],
  [/Access ?Denied/i, 'iamRole', 'storage-denied'],
  [/JSONPath/i, 'jsonpaths', 'jsonpaths-invalid'],
];

/** The same error, at the setting in dwh.yaml that it is about, if it is about one. */
export function atSetting(error: FaultError, places: ObjectAccess['places']): FaultError {
  const [fault] = error.faults;
  const found = blamed.find(([words]) => words.test(fault?.message ?? ''));
  if (fault === undefined || found === undefined) return error;
  const [, setting, code] = found;
  return new FaultError({ ...fault, code, at: places[setting] }, { cause: error.cause });
}
