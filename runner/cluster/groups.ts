import {
  CreateClusterParameterGroupCommand,
  CreateClusterSubnetGroupCommand,
  CreateTagsCommand,
  DeleteClusterParameterGroupCommand,
  DeleteClusterSubnetGroupCommand,
  DescribeClusterParameterGroupsCommand,
  DescribeClusterParametersCommand,
  DescribeClusterSubnetGroupsCommand,
  ModifyClusterParameterGroupCommand,
  ModifyClusterSubnetGroupCommand,
} from '@aws-sdk/client-redshift';
import { program } from '../core/version.ts';
import { unless } from './aws.ts';
import type { Part } from './part.ts';
import type { Found, Resource } from './resource.ts';
import { tagList, tagsFrom, tagSetting } from './tags.ts';

/** The engine that parameters are for: there is one, and its name is that of its first version. */
const ParameterGroupFamily = 'redshift-1.0';
const Description = `Made by ${program}`;

/** The parameters of a provisioned cluster: it talks to nobody without TLS. */
export function parameterGroup(part: Part): Resource {
  const { aws, names, tags } = part;
  const ParameterGroupName = names.group;
  const requireTls = async (): Promise<void> => {
    const Parameters = [{ ParameterName: 'require_ssl', ParameterValue: 'true' }];
    await aws.call(
      'redshift:ModifyClusterParameterGroup',
      aws.redshift,
      new ModifyClusterParameterGroupCommand({ ParameterGroupName, Parameters }),
    );
  };

  return {
    kind: 'parameter group',
    name: ParameterGroupName,
    wanted: { TLS: 'required', tags: tagSetting(tags) },
    fixed: [],
    patienceSeconds: 300,
    async find(): Promise<Found | undefined> {
      const absent = /^ClusterParameterGroupNotFound/;
      const groups = await unless(
        absent,
        aws.call(
          'redshift:DescribeClusterParameterGroups',
          aws.redshift,
          new DescribeClusterParameterGroupsCommand({ ParameterGroupName }),
        ),
      );
      const group = groups?.ParameterGroups?.[0];
      if (group === undefined) return undefined;
      const values = await unless(
        absent,
        aws.call(
          'redshift:DescribeClusterParameters',
          aws.redshift,
          new DescribeClusterParametersCommand({ ParameterGroupName }),
        ),
      );
      const ssl = values?.Parameters?.find(({ ParameterName }) => ParameterName === 'require_ssl')?.ParameterValue;
      const found = tagsFrom(group.Tags);
      const settings = { TLS: ssl === 'true' ? 'required' : 'not required', tags: tagSetting(tags, found) };
      return { condition: 'ready', said: 'there', tags: found, settings };
    },
    async create() {
      const command = new CreateClusterParameterGroupCommand({
        ParameterGroupName,
        ParameterGroupFamily,
        Description,
        Tags: tagList(tags),
      });
      await aws.call('redshift:CreateClusterParameterGroup', aws.redshift, command);
      await requireTls();
    },
    change: (setting) => (setting === 'TLS' ? requireTls() : putTags(part, 'parametergroup', ParameterGroupName)),
    async remove() {
      await aws.call(
        'redshift:DeleteClusterParameterGroup',
        aws.redshift,
        new DeleteClusterParameterGroupCommand({ ParameterGroupName }),
      );
    },
    isEarly: (code) => /^(?:InvalidClusterParameterGroupState|ClusterParameterGroupNotFound)/.test(code),
  };
}

/** The subnets of a provisioned cluster. */
export function subnetGroup(part: Part, subnets: readonly string[]): Resource {
  const { aws, names, tags } = part;
  const ClusterSubnetGroupName = names.group;
  const SubnetIds = [...subnets];

  return {
    kind: 'subnet group',
    name: ClusterSubnetGroupName,
    wanted: { subnets: subnetText(subnets), tags: tagSetting(tags) },
    fixed: [],
    patienceSeconds: 300,
    async find(): Promise<Found | undefined> {
      const groups = await unless(
        /^ClusterSubnetGroupNotFound/,
        aws.call(
          'redshift:DescribeClusterSubnetGroups',
          aws.redshift,
          new DescribeClusterSubnetGroupsCommand({ ClusterSubnetGroupName }),
        ),
      );
      const group = groups?.ClusterSubnetGroups?.[0];
      if (group === undefined) return undefined;
      const found = tagsFrom(group.Tags);
      const ids = (group.Subnets ?? []).map(({ SubnetIdentifier = '' }) => SubnetIdentifier);
      const settings = { subnets: subnetText(ids), tags: tagSetting(tags, found) };
      return { condition: 'ready', said: group.SubnetGroupStatus ?? 'there', tags: found, settings };
    },
    async create() {
      const command = new CreateClusterSubnetGroupCommand({
        ClusterSubnetGroupName,
        SubnetIds,
        Description,
        Tags: tagList(tags),
      });
      await aws.call('redshift:CreateClusterSubnetGroup', aws.redshift, command);
    },
    async change(setting) {
      if (setting === 'tags') return putTags(part, 'subnetgroup', ClusterSubnetGroupName);
      await aws.call(
        'redshift:ModifyClusterSubnetGroup',
        aws.redshift,
        new ModifyClusterSubnetGroupCommand({ ClusterSubnetGroupName, SubnetIds }),
      );
    },
    async remove() {
      await aws.call(
        'redshift:DeleteClusterSubnetGroup',
        aws.redshift,
        new DeleteClusterSubnetGroupCommand({ ClusterSubnetGroupName }),
      );
    },
    isEarly: (code) => /^(?:InvalidClusterSubnetGroupState|InvalidClusterSubnetState)/.test(code),
  };
}

/** Subnets as one setting, in whatever order they come. */
export function subnetText(ids: readonly string[]): string {
  return ids.toSorted().join(', ');
}

/** Tags something of Redshift, which it knows by its ARN. */
export async function putTags({ aws, identity, tags }: Part, kind: string, name: string): Promise<void> {
  const ResourceName = `arn:${identity.partition}:redshift:${aws.region}:${identity.account}:${kind}:${name}`;
  await aws.call('redshift:CreateTags', aws.redshift, new CreateTagsCommand({ ResourceName, Tags: tagList(tags) }));
}
