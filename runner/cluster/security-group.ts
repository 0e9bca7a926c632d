import type { IpPermission, SecurityGroup } from '@aws-sdk/client-ec2';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { unless } from './aws.ts';
import { program } from '../core/version.ts';
import { vpcOf } from './network.ts';
import type { Part } from './part.ts';
import type { Found, Resource } from './resource.ts';
import { tagList, tagsFrom, tagSetting } from './tags.ts';

/** The port of Redshift. */
export const port = 5439;

/** A security group, and the id by which AWS knows it. */
export interface SecurityGroupResource extends Resource {
  /** Known once it is there. */
  id(): Promise<string | undefined>;
}

/**
 * A group of its own says who may connect: nobody, unless ranges are allowed. That of the VPC itself is not used, since
 * nobody knows what it has been opened to.
 */
export function securityGroup({ aws, cluster, names, tags }: Part): SecurityGroupResource {
  const allowed = cluster.allow_from ?? [];
  let vpc: Promise<string> | undefined;
  let id: string | undefined;

  async function look(): Promise<SecurityGroup | undefined> {
    const VpcId = await (vpc ??= vpcOf(aws, cluster));
    const Filters = [
      { Name: 'group-name', Values: [names.group] },
      { Name: 'vpc-id', Values: [VpcId] },
    ];
    const answer = await unless(
      /^InvalidGroup.NotFound$/,
      aws.call('ec2:DescribeSecurityGroups', aws.ec2, new DescribeSecurityGroupsCommand({ Filters })),
    );
    return answer?.SecurityGroups?.[0];
  }

  /** One by one: a call is refused as a whole when one of its rules is there. */
  async function authorize(GroupId: string, ranges: readonly string[]): Promise<void> {
    for (const range of ranges) {
      const command = new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [permission(range)] });
      await unless(/^InvalidPermission.Duplicate$/, aws.call('ec2:AuthorizeSecurityGroupIngress', aws.ec2, command));
    }
  }

  async function revoke(GroupId: string, IpPermissions: IpPermission[]): Promise<void> {
    if (IpPermissions.length === 0) return;
    await unless(
      /^InvalidPermission.NotFound$/,
      aws.call(
        'ec2:RevokeSecurityGroupIngress',
        aws.ec2,
        new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions }),
      ),
    );
  }

  return {
    kind: 'security group',
    name: names.group,
    wanted: { 'lets in': rangesText(allowed), tags: tagSetting(tags) },
    fixed: [],
    // Redshift keeps its network interfaces for some minutes after it is gone.
    patienceSeconds: 900,
    async id() {
      id ??= (await look())?.GroupId;
      return id;
    },
    async find(): Promise<Found | undefined> {
      const group = await look();
      id = group?.GroupId;
      if (group === undefined) return undefined;
      const found = tagsFrom(group.Tags);
      const settings = { 'lets in': rangesText(rangesOf(group)), tags: tagSetting(tags, found) };
      return { condition: 'ready', said: 'there', tags: found, settings };
    },
    async create() {
      const command = new CreateSecurityGroupCommand({
        GroupName: names.group,
        VpcId: await (vpc ??= vpcOf(aws, cluster)),
        Description: `Who may connect to the cluster: made by ${program}`,
        TagSpecifications: [{ ResourceType: 'security-group', Tags: tagList(tags) }],
      });
      const { GroupId = '' } = await aws.call('ec2:CreateSecurityGroup', aws.ec2, command);
      await authorize(GroupId, allowed);
    },
    async change(setting) {
      const group = await look();
      const GroupId = group?.GroupId ?? '';
      if (setting === 'tags')
        return void (await aws.call(
          'ec2:CreateTags',
          aws.ec2,
          new CreateTagsCommand({ Resources: [GroupId], Tags: tagList(tags) }),
        ));
      const there = rangesOf(group);
      await authorize(
        GroupId,
        allowed.filter((range) => !there.includes(range)),
      );
      await revoke(
        GroupId,
        (group?.IpPermissions ?? []).flatMap((rule) => surplus(rule, allowed)),
      );
    },
    async remove() {
      const GroupId = (await look())?.GroupId;
      if (GroupId === undefined) return;
      await aws.call('ec2:DeleteSecurityGroup', aws.ec2, new DeleteSecurityGroupCommand({ GroupId }));
    },
    isEarly: (code) => /^(?:DependencyViolation|InvalidGroup\.(?:NotFound|InUse)|InvalidGroupId\.NotFound)$/.test(code),
  };
}

function permission(range: string): IpPermission {
  const rule = { IpProtocol: 'tcp', FromPort: port, ToPort: port };
  return range.includes(':')
    ? { ...rule, Ipv6Ranges: [{ CidrIpv6: range }] }
    : { ...rule, IpRanges: [{ CidrIp: range }] };
}

/** The ranges that rules let in, with what else a rule says where it is none of ours. */
function rangesOf(group: SecurityGroup | undefined): string[] {
  return (group?.IpPermissions ?? []).flatMap((rule) => {
    const { IpProtocol = '', FromPort, IpRanges = [], Ipv6Ranges = [] } = rule;
    const ranges = [...IpRanges.map(({ CidrIp = '' }) => CidrIp), ...Ipv6Ranges.map(({ CidrIpv6 = '' }) => CidrIpv6)];
    const others = [...(rule.UserIdGroupPairs ?? []), ...(rule.PrefixListIds ?? [])].map(() => 'another group');
    return [...ranges, ...others].map((range) =>
      isOnPort(rule) ? range : `${range} (${IpProtocol} ${FromPort ?? 'all'})`,
    );
  });
}

/** What a rule lets in besides what is allowed. */
function surplus(rule: IpPermission, allowed: readonly string[]): IpPermission[] {
  const isKept = (range = ''): boolean => isOnPort(rule) && allowed.includes(range);
  const IpRanges = (rule.IpRanges ?? []).filter(({ CidrIp }) => !isKept(CidrIp));
  const Ipv6Ranges = (rule.Ipv6Ranges ?? []).filter(({ CidrIpv6 }) => !isKept(CidrIpv6));
  const { UserIdGroupPairs = [], PrefixListIds = [] } = rule;
  const isAny = [IpRanges, Ipv6Ranges, UserIdGroupPairs, PrefixListIds].some((list) => list.length > 0);
  return isAny ? [{ ...rule, IpRanges, Ipv6Ranges }] : [];
}

function isOnPort({ IpProtocol, FromPort, ToPort }: IpPermission): boolean {
  return IpProtocol === 'tcp' && FromPort === port && ToPort === port;
}

function rangesText(ranges: readonly string[]): string {
  return ranges.length === 0 ? 'nobody' : ranges.toSorted().join(', ');
}
