import { DescribeSubnetsCommand, DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { dwhYaml } from '../config/schema.ts';
import type { Cluster } from '../config/cluster.ts';
import { FaultError } from '../core/fault.ts';
import type { Aws } from './aws.ts';

/** The VPC that a cluster stands in: that of its subnets, or the default one. Throws a FaultError when there is none. */
export async function vpcOf(aws: Aws, { subnets }: Cluster): Promise<string> {
  if (subnets !== undefined) return ofSubnets(aws, subnets);
  const Filters = [{ Name: 'is-default', Values: ['true'] }];
  const { Vpcs = [] } = await aws.call('ec2:DescribeVpcs', aws.ec2, new DescribeVpcsCommand({ Filters }));
  const id = Vpcs[0]?.VpcId;
  if (id !== undefined) return id;
  throw new FaultError({
    code: 'config-invalid',
    message: `there is no default VPC in ${aws.region}`,
    at: { path: dwhYaml, keys: ['cluster'], point: 'key' },
    hint: 'name the subnets that the cluster is to stand in: subnets: [subnet-…, subnet-…, subnet-…]',
  });
}

async function ofSubnets(aws: Aws, ids: readonly string[]): Promise<string> {
  const { Subnets = [] } = await aws.call(
    'ec2:DescribeSubnets',
    aws.ec2,
    new DescribeSubnetsCommand({ SubnetIds: [...ids] }),
  );
  const [vpc, ...others] = [...new Set(Subnets.map(({ VpcId }) => VpcId))];
  if (vpc !== undefined && others.length === 0) return vpc;
  throw new FaultError({
    code: 'config-invalid',
    message: 'the subnets are not all of one VPC',
    at: { path: dwhYaml, keys: ['cluster', 'subnets'], point: 'value' },
  });
}
