import type { Account, Rule, SecurityGroup, Slow, Tags } from './account.ts';
import type { Params } from './params.ts';
import { itemsOf, tagsOf, valuesOf } from './params.ts';
import { ServiceFault } from './service-fault.ts';
import type { Xml } from './xml.ts';

/** Answers a call of EC2, as far as it is about networks. Throws a ServiceFault. */
export function ec2(account: Account, operation: string, params: Params): Xml {
  switch (operation) {
    case 'DescribeVpcs':
      return {
        vpcSet: { item: account.defaultVpc === undefined ? [] : [{ vpcId: account.defaultVpc, isDefault: true }] },
      };
    case 'DescribeSubnets':
      return { subnetSet: { item: valuesOf(params, 'SubnetId').map((id) => subnet(account, id)) } };
    case 'DescribeSecurityGroups':
      return { securityGroupInfo: { item: described(account, params) } };
    case 'CreateSecurityGroup':
      return create(account, params);
    case 'AuthorizeSecurityGroupIngress': {
      const group = groupOf(account, params);
      const rules = rulesIn(params);
      if (rules.some((rule) => group.rules.some((known) => same(rule, known))))
        throw new ServiceFault('InvalidPermission.Duplicate', 400, 'the specified rule already exists');
      group.rules.push(...rules);
      return { return: true };
    }
    case 'RevokeSecurityGroupIngress': {
      const group = groupOf(account, params);
      for (const rule of rulesIn(params)) {
        const at = group.rules.findIndex((known) => same(rule, known));
        if (at < 0) throw new ServiceFault('InvalidPermission.NotFound', 400, 'The specified rule does not exist');
        group.rules.splice(at, 1);
      }
      return { return: true };
    }
    case 'CreateTags':
      for (const id of valuesOf(params, 'ResourceId'))
        Object.assign(account.securityGroups.get(id)?.tags ?? {}, tagsOf(params, 'Tag'));
      return { return: true };
    case 'DeleteSecurityGroup': {
      const group = groupOf(account, params);
      const users = [...account.workgroups.values(), ...account.clusters.values()];
      const isUsed = users.some(({ settings }: Slow) =>
        (settings['groups'] as string[] | undefined)?.includes(group.id),
      );
      if (isUsed || group.held-- > 0)
        throw new ServiceFault('DependencyViolation', 400, `resource ${group.id} has a dependent object`);
      account.securityGroups.delete(group.id);
      return { return: true };
    }
    default:
      throw new ServiceFault('InvalidAction', 400, `the stand-in does not know ec2 ${operation}`);
  }
}

function subnet(account: Account, id: string): Xml {
  const vpcId = account.subnets.get(id);
  if (vpcId === undefined)
    throw new ServiceFault('InvalidSubnetID.NotFound', 400, `The subnet ID '${id}' does not exist`);
  return { subnetId: id, vpcId };
}

function described(account: Account, params: Params): Xml[] {
  const filters = itemsOf(params, 'Filter').map((filter) => ({ name: filter['Name'], value: filter['Value.1'] }));
  const wanted = (name: string): string | undefined => filters.find((filter) => filter.name === name)?.value;
  return [...account.securityGroups.values()]
    .filter(({ name, vpc }) => name === wanted('group-name') && vpc === wanted('vpc-id'))
    .filter(({ id }) => account.seen(account.securityGroups, id) !== undefined)
    .map((group) => ({
      groupId: group.id,
      groupName: group.name,
      vpcId: group.vpc,
      ipPermissions: { item: permissions(group.rules) },
      tagSet: { item: tagItems(group.tags) },
    }));
}

/** EC2 puts the ranges of one port into one permission. */
function permissions(rules: readonly Rule[]): Xml[] {
  const ports = new Map(rules.map((rule) => [`${rule.protocol} ${rule.from} ${rule.to}`, rule]));
  return [...ports.values()].map(({ protocol, from, to }) => {
    const own = rules.filter((rule) => rule.protocol === protocol && rule.from === from && rule.to === to);
    return {
      ipProtocol: protocol,
      fromPort: from,
      toPort: to,
      ipRanges: { item: own.filter(({ range }) => !range.includes(':')).map(({ range }) => ({ cidrIp: range })) },
      ipv6Ranges: { item: own.filter(({ range }) => range.includes(':')).map(({ range }) => ({ cidrIpv6: range })) },
    };
  });
}

function tagItems(tags: Tags): Xml[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}

function create(account: Account, params: Params): Xml {
  const { GroupName = '', VpcId = '' } = params;
  if ([...account.securityGroups.values()].some(({ name, vpc }) => name === GroupName && vpc === VpcId))
    throw new ServiceFault('InvalidGroup.Duplicate', 400, `The security group '${GroupName}' already exists`);
  const [specification = {}] = itemsOf(params, 'TagSpecification');
  const group: SecurityGroup = {
    id: account.newId('sg'),
    name: GroupName,
    vpc: VpcId,
    rules: [],
    tags: tagsOf(specification, 'Tag'),
    held: 0,
    hidden: account.options.lag,
  };
  account.securityGroups.set(group.id, group);
  return { groupId: group.id };
}

function groupOf(account: Account, { GroupId = '' }: Params): SecurityGroup {
  const group = account.securityGroups.get(GroupId);
  if (group !== undefined) return group;
  throw new ServiceFault('InvalidGroup.NotFound', 400, `The security group '${GroupId}' does not exist`);
}

function rulesIn(params: Params): Rule[] {
  return itemsOf(params, 'IpPermissions').flatMap((permission) => {
    const { IpProtocol: protocol = '', FromPort: from = '', ToPort: to = '' } = permission;
    const ranges = Object.entries(permission).filter(([key]) => /Cidr/.test(key));
    return ranges.map(([, range]) => ({ protocol, from, to, range }));
  });
}

function same(a: Rule, b: Rule): boolean {
  return a.range === b.range && a.protocol === b.protocol && a.from === b.from && a.to === b.to;
}
