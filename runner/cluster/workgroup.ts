import type { UpdateWorkgroupCommandInput, UsageLimit, Workgroup } from '@aws-sdk/client-redshift-serverless';
import {
  CreateUsageLimitCommand,
  CreateWorkgroupCommand,
  DeleteUsageLimitCommand,
  DeleteWorkgroupCommand,
  GetWorkgroupCommand,
  ListUsageLimitsCommand,
  UpdateUsageLimitCommand,
  UpdateWorkgroupCommand,
} from '@aws-sdk/client-redshift-serverless';
import type { ServerlessCluster } from '../config/cluster.ts';
import type { Aws } from './aws.ts';
import { AwsRefusal, unless } from './aws.ts';
import { subnetText } from './groups.ts';
import type { Part } from './part.ts';
import { baseRpu } from './size.ts';
import type { Found, Resource, Settings } from './resource.ts';
import type { SecurityGroupResource } from './security-group.ts';
import { port } from './security-group.ts';
import { conditionOf, notFound, putServerlessTags, serverlessTagList, serverlessTags } from './serverless.ts';
import { tagSetting } from './tags.ts';

/** What removes a maximum (terraform-provider-aws#36032, by word of AWS's support). AWS never gives it as a value. */
const noMaximum = -1;
const noLimit = 'no limit';
const tls = { parameterKey: 'require_ssl', parameterValue: 'true' };

/** What answers queries of a serverless warehouse. */
export function workgroup(part: Part<ServerlessCluster>, group: SecurityGroupResource): Resource {
  const { aws, cluster, names, tags } = part;
  const workgroupName = cluster.name;
  const { public: publiclyAccessible = false, subnets, max_rpu: maxCapacity, rpu_hours_a_day: hours } = cluster;
  const baseCapacity = baseRpu(cluster);

  async function settings(found: Workgroup, limit: UsageLimit | undefined): Promise<Settings> {
    const groupId = await group.id();
    const ssl = found.configParameters?.find(({ parameterKey }) => parameterKey === tls.parameterKey)?.parameterValue;
    const groups = found.securityGroupIds ?? [];
    return {
      size: found.baseCapacity === undefined ? 'not set' : rpuText(found.baseCapacity),
      'size at most': mostText(found.maxCapacity),
      'use a day at most': hoursText(limit?.amount),
      address: found.publiclyAccessible === true ? 'public' : 'not public',
      TLS: ssl === 'true' ? 'required' : 'not required',
      'security group': groups.length === 1 && groups[0] === groupId ? names.group : 'another one',
      subnets: subnetText(found.subnetIds ?? []),
    };
  }

  /** Each setting is changed by a call of its own: AWS takes one at a time. */
  async function update(setting: string): Promise<Omit<UpdateWorkgroupCommandInput, 'workgroupName'>> {
    switch (setting) {
      case 'size':
        return { baseCapacity };
      case 'size at most':
        return { maxCapacity: maxCapacity ?? noMaximum };
      case 'address':
        return { publiclyAccessible };
      case 'TLS':
        return { configParameters: [tls] };
      case 'subnets':
        return { subnetIds: [...(subnets ?? [])] };
      default:
        return { securityGroupIds: [(await group.id()) ?? ''] };
    }
  }

  return {
    kind: 'workgroup',
    name: workgroupName,
    wanted: {
      size: rpuText(baseCapacity),
      'size at most': mostText(maxCapacity),
      'use a day at most': hoursText(hours),
      address: publiclyAccessible ? 'public' : 'not public',
      TLS: 'required',
      'security group': names.group,
      ...(subnets === undefined ? {} : { subnets: subnetText(subnets) }),
      tags: tagSetting(tags),
    },
    // AWS refuses a size above the maximum of the moment: a maximum is raised before the size, and lowered after it.
    first: ({ settings: { 'size at most': most = noLimit } }) =>
      baseCapacity > mostIn(most) ? 'size at most' : undefined,
    fixed: [],
    patienceSeconds: 1800,
    async find(): Promise<Found | undefined> {
      const found = await readWorkgroup(aws, workgroupName);
      if (found === undefined) return undefined;
      const there = await serverlessTags(aws, found.workgroupArn);
      if (there === undefined) return undefined;
      const limit = await dailyLimit(aws, found);
      return {
        condition: conditionOf(found.status),
        said: found.status ?? '',
        tags: there,
        settings: { ...(await settings(found, limit)), tags: tagSetting(tags, there) },
      };
    },
    async create() {
      const command = new CreateWorkgroupCommand({
        workgroupName,
        namespaceName: cluster.name,
        baseCapacity,
        ...(maxCapacity === undefined ? {} : { maxCapacity }),
        publiclyAccessible,
        port,
        configParameters: [tls],
        securityGroupIds: [(await group.id()) ?? ''],
        ...(subnets === undefined ? {} : { subnetIds: [...subnets] }),
        tags: serverlessTagList(tags),
      });
      await aws.call('redshift-serverless:CreateWorkgroup', aws.serverless, command);
    },
    async change(setting) {
      if (setting === 'use a day at most')
        return hours === undefined ? unlimitUse(aws, workgroupName) : limitUse(aws, workgroupName, hours);
      if (setting === 'tags') {
        const found = await readWorkgroup(aws, workgroupName);
        return putServerlessTags(aws, found?.workgroupArn, tags);
      }
      const input = { workgroupName, ...(await update(setting)) };
      try {
        await aws.call('redshift-serverless:UpdateWorkgroup', aws.serverless, new UpdateWorkgroupCommand(input));
      } catch (error) {
        // AWS refuses to remove a maximum that is removed already, as after an answer that was lost.
        if (input.maxCapacity !== noMaximum || !(error instanceof AwsRefusal)) throw error;
        if ((await readWorkgroup(aws, workgroupName))?.maxCapacity !== undefined) throw error;
      }
    },
    async remove() {
      await aws.call(
        'redshift-serverless:DeleteWorkgroup',
        aws.serverless,
        new DeleteWorkgroupCommand({ workgroupName }),
      );
    },
    isEarly: (code, message) =>
      code === 'ConflictException' ||
      // Of its namespace.
      code === 'ResourceNotFoundException' ||
      (code === 'ValidationException' && /security group.*not (?:exist|found)|wait until/i.test(message)),
  };
}

/** A workgroup as AWS tells it. Throws an AwsRefusal. */
export async function readWorkgroup(aws: Aws, workgroupName: string): Promise<Workgroup | undefined> {
  const answer = await unless(
    notFound,
    aws.call('redshift-serverless:GetWorkgroup', aws.serverless, new GetWorkgroupCommand({ workgroupName })),
  );
  return answer?.workgroup;
}

/** What a workgroup may use up in a day. */
async function dailyLimit(aws: Aws, { workgroupArn: resourceArn }: Workgroup): Promise<UsageLimit | undefined> {
  const answer = await unless(
    notFound,
    aws.call(
      'redshift-serverless:ListUsageLimits',
      aws.serverless,
      new ListUsageLimitsCommand({ resourceArn, usageType: 'serverless-compute' }),
    ),
  );
  return answer?.usageLimits?.find(({ period }) => period === 'daily');
}

/** Removes what limits the use in a day. */
async function unlimitUse(aws: Aws, workgroupName: string): Promise<void> {
  const found = await readWorkgroup(aws, workgroupName);
  const usageLimitId = found === undefined ? undefined : (await dailyLimit(aws, found))?.usageLimitId;
  if (usageLimitId === undefined) return;
  const command = new DeleteUsageLimitCommand({ usageLimitId });
  await unless(notFound, aws.call('redshift-serverless:DeleteUsageLimit', aws.serverless, command));
}

/** Beyond the limit, queries of users are turned off until the next day. */
async function limitUse(aws: Aws, workgroupName: string, amount: number): Promise<void> {
  const found = await readWorkgroup(aws, workgroupName);
  const limit = found === undefined ? undefined : await dailyLimit(aws, found);
  const breachAction = 'deactivate';
  if (limit?.usageLimitId !== undefined) {
    const command = new UpdateUsageLimitCommand({ usageLimitId: limit.usageLimitId, amount, breachAction });
    await aws.call('redshift-serverless:UpdateUsageLimit', aws.serverless, command);
    return;
  }
  const command = new CreateUsageLimitCommand({
    resourceArn: found?.workgroupArn,
    usageType: 'serverless-compute',
    period: 'daily',
    amount,
    breachAction,
  });
  await aws.call('redshift-serverless:CreateUsageLimit', aws.serverless, command);
}

function rpuText(value: number): string {
  return `${value} RPU`;
}

/** A maximum as a setting; AWS has none where it was never set, or was removed. */
function mostText(value: number | undefined): string {
  return value === undefined ? noLimit : rpuText(value);
}

function mostIn(text: string): number {
  return text === noLimit ? Infinity : Number.parseInt(text, 10);
}

function hoursText(value: number | undefined): string {
  return value === undefined ? noLimit : `${value} RPU-hours`;
}
