import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import type { Aws } from './aws.ts';
import type { Identity } from './names.ts';

/** Whose credentials AWS's own settings hold. Throws an AwsRefusal. */
export async function whoAmI(aws: Aws): Promise<Identity> {
  const { Account = '', Arn = '' } = await aws.call('sts:GetCallerIdentity', aws.sts, new GetCallerIdentityCommand({}));
  return { account: Account, partition: Arn.split(':')[1] ?? 'aws' };
}
