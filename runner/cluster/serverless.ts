import {
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-redshift-serverless';
import type { Aws } from './aws.ts';
import { unless } from './aws.ts';
import type { Condition } from './resource.ts';
import type { Tags } from './tags.ts';

/** The code by which the service says that something is not there. */
export const notFound = /^ResourceNotFoundException$/;

/** What a status of a namespace or a workgroup means. */
export function conditionOf(status = ''): Condition {
  if (status === 'AVAILABLE') return 'ready';
  return status === 'DELETING' ? 'going' : 'busy';
}

/** The tags of something serverless; undefined when it is gone, or not known everywhere yet. Throws an AwsRefusal. */
export async function serverlessTags(aws: Aws, resourceArn: string | undefined): Promise<Tags | undefined> {
  const answer = await unless(
    notFound,
    aws.call(
      'redshift-serverless:ListTagsForResource',
      aws.serverless,
      new ListTagsForResourceCommand({ resourceArn }),
    ),
  );
  if (answer === undefined) return undefined;
  return Object.fromEntries((answer.tags ?? []).map(({ key = '', value = '' }) => [key, value]));
}

/** Adds tags to something serverless. Throws an AwsRefusal. */
export async function putServerlessTags(aws: Aws, resourceArn: string | undefined, tags: Tags): Promise<void> {
  const command = new TagResourceCommand({ resourceArn, tags: serverlessTagList(tags) });
  await aws.call('redshift-serverless:TagResource', aws.serverless, command);
}

/** Takes a tag away from something serverless. Throws an AwsRefusal. */
export async function removeServerlessTag(aws: Aws, resourceArn: string | undefined, key: string): Promise<void> {
  const command = new UntagResourceCommand({ resourceArn, tagKeys: [key] });
  await aws.call('redshift-serverless:UntagResource', aws.serverless, command);
}

/** Tags in the form that the service takes them in. */
export function serverlessTagList(tags: Tags): { key: string; value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
