import type { RedshiftDataTarget } from '../../config/target.ts';
import type { Fault } from '../../core/fault.ts';
import { DatabaseError } from '../driver.ts';
import type { ServiceError } from './aws-fault.ts';
import { awsError, targetFault } from './aws-fault.ts';
import { redshiftHint, redshiftTrouble } from './redshift-error.ts';

/** What the Data API or the way to it said against a call: a FaultError for what a setting can mend, else a DatabaseError. */
export function callError(error: unknown, target: RedshiftDataTarget): Error {
  return awsError(error, target, (cause) => settingFault(cause, target));
}

/** What a statement was refused with. */
export function statementError(message: string): DatabaseError {
  const text = message.replace(/^ERROR:\s*/, '');
  return new DatabaseError(text, { trouble: redshiftTrouble(text), hint: redshiftHint(text) });
}

function settingFault({ name, message }: ServiceError, target: RedshiftDataTarget): Fault | undefined {
  const where = target.cluster_id === undefined ? 'workgroup' : 'cluster_id';
  const named = target.cluster_id ?? target.workgroup ?? '';
  if (/AccessDenied/.test(name))
    return targetFault(
      target,
      where,
      `AWS does not allow this: ${message}`,
      'docs/redshift.md has the policy that it takes',
    );
  if (/paused/i.test(message))
    return targetFault(
      target,
      where,
      `"${named}" is paused`,
      `resume it, in the console or by aws redshift resume-cluster`,
    );
  if (/database "?[^"]*"? does not exist/i.test(message))
    return targetFault(target, 'database', message.replace(/^.*?(?=database)/i, ''), 'is the name right?');
  if (/secret/i.test(message) && target.secret !== undefined)
    return targetFault(
      target,
      'secret',
      `the secret cannot be used: ${message}`,
      'it has to hold username and password',
    );
  if (/NotFound/.test(name) || /doesn't exist|does not exist|not found/i.test(message))
    return targetFault(
      target,
      where,
      `AWS knows no ${where} "${named}" here: ${message}`,
      'is the name right, and the region?',
    );
  return undefined;
}
