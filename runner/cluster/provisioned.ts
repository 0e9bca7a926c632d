import type { Cluster as AwsCluster, ModifyClusterCommandInput } from '@aws-sdk/client-redshift';
import {
  CreateClusterCommand,
  DeleteClusterCommand,
  DescribeClustersCommand,
  ModifyClusterCommand,
  ModifyClusterIamRolesCommand,
  PauseClusterCommand,
  RebootClusterCommand,
  ResizeClusterCommand,
  ResumeClusterCommand,
} from '@aws-sdk/client-redshift';
import type { ProvisionedCluster } from '../config/cluster.ts';
import type { Aws } from './aws.ts';
import { unless } from './aws.ts';
import { putTags } from './groups.ts';
import { isRoleNew } from './new-role.ts';
import type { Part } from './part.ts';
import { snapshotDays } from './price.ts';
import { databaseOf, nodesOf } from './size.ts';
import type { Condition, Found, Resource } from './resource.ts';
import type { SecurityGroupResource } from './security-group.ts';
import { port } from './security-group.ts';
import { tagList, tagsFrom, tagSetting } from './tags.ts';

/** Who owns everything in a new cluster. Its password is made by Redshift and kept in Secrets Manager. */
const MasterUsername = 'admin';

/** A cluster of nodes that is there, and paid for, until it is paused or removed. */
export function provisionedCluster(part: Part<ProvisionedCluster>, group: SecurityGroupResource): Resource {
  const { aws, cluster, names, tags } = part;
  const ClusterIdentifier = cluster.name;
  const nodes = nodesOf(cluster);
  const { node_type: NodeType, public: PubliclyAccessible = false, subnets } = cluster;
  const size = {
    NodeType,
    ...(nodes === 1 ? { ClusterType: 'single-node' } : { ClusterType: 'multi-node', NumberOfNodes: nodes }),
  };
  const database = databaseOf(cluster);
  const modify = async (change: Omit<ModifyClusterCommandInput, 'ClusterIdentifier'>): Promise<void> => {
    const command = new ModifyClusterCommand({ ClusterIdentifier, ...change });
    await aws.call('redshift:ModifyCluster', aws.redshift, command);
  };

  return {
    kind: 'cluster',
    name: ClusterIdentifier,
    wanted: {
      database,
      size: sizeText(nodes, NodeType),
      role: names.role,
      password: 'in Secrets Manager',
      address: PubliclyAccessible ? 'public' : 'not public',
      TLS: 'required',
      encrypted: 'yes',
      'security group': names.group,
      'subnet group': subnets === undefined ? ofVpc : names.group,
      tags: tagSetting(tags),
    },
    fixed: ['database', 'subnet group'],
    patienceSeconds: 3600,
    async find(): Promise<Found | undefined> {
      const found = await readCluster(aws, ClusterIdentifier);
      if (found === undefined) return undefined;
      const there = tagsFrom(found.Tags);
      const parameters = found.ClusterParameterGroups?.[0];
      const groups = (found.VpcSecurityGroups ?? []).map(({ VpcSecurityGroupId }) => VpcSecurityGroupId);
      const settings = {
        database: found.DBName ?? '',
        size: sizeText(found.NumberOfNodes ?? 1, found.NodeType),
        role: found.DefaultIamRoleArn === names.roleArn ? names.role : 'another one',
        password: found.MasterPasswordSecretArn === undefined ? 'elsewhere' : 'in Secrets Manager',
        address: found.PubliclyAccessible === true ? 'public' : 'not public',
        TLS: tlsOf(parameters?.ParameterGroupName === names.group, parameters?.ParameterApplyStatus),
        encrypted: found.Encrypted === true ? 'yes' : 'no',
        'security group': groups.length === 1 && groups[0] === (await group.id()) ? names.group : 'another one',
        'subnet group': found.ClusterSubnetGroupName === names.group ? names.group : ofVpc,
        tags: tagSetting(tags, there),
      };
      return { ...stateOf(found), tags: there, settings };
    },
    async create() {
      const command = new CreateClusterCommand({
        ClusterIdentifier,
        ...size,
        DBName: database,
        MasterUsername,
        ManageMasterPassword: true,
        IamRoles: [names.roleArn],
        DefaultIamRoleArn: names.roleArn,
        PubliclyAccessible,
        Encrypted: true,
        Port: port,
        ClusterParameterGroupName: names.group,
        VpcSecurityGroupIds: [(await group.id()) ?? ''],
        ...(subnets === undefined ? {} : { ClusterSubnetGroupName: names.group }),
        Tags: tagList(tags),
      });
      await aws.call('redshift:CreateCluster', aws.redshift, command);
    },
    async change(setting, found) {
      switch (setting) {
        case 'size':
          return void (await aws.call(
            'redshift:ResizeCluster',
            aws.redshift,
            new ResizeClusterCommand({
              ClusterIdentifier,
              ...size,
              ...(isElastic(found, nodes) ? {} : { Classic: true }),
            }),
          ));
        case 'role': {
          const AddIamRoles = [names.roleArn];
          const command = new ModifyClusterIamRolesCommand({
            ClusterIdentifier,
            AddIamRoles,
            DefaultIamRoleArn: names.roleArn,
          });
          return void (await aws.call('redshift:ModifyClusterIamRoles', aws.redshift, command));
        }
        case 'password':
          return modify({ ManageMasterPassword: true });
        case 'address':
          return modify({ PubliclyAccessible });
        case 'encrypted':
          return modify({ Encrypted: true });
        case 'security group':
          return modify({ VpcSecurityGroupIds: [(await group.id()) ?? ''] });
        case 'TLS':
          // The group is what was asked for already: what it says holds from the next start on.
          if (found.settings['TLS'] === atNextStart)
            return void (await aws.call(
              'redshift:RebootCluster',
              aws.redshift,
              new RebootClusterCommand({ ClusterIdentifier }),
            ));
          return modify({ ClusterParameterGroupName: names.group });
        default:
          return putTags(part, 'cluster', ClusterIdentifier);
      }
    },
    async wake() {
      await aws.call('redshift:ResumeCluster', aws.redshift, new ResumeClusterCommand({ ClusterIdentifier }));
    },
    async sleep() {
      await aws.call('redshift:PauseCluster', aws.redshift, new PauseClusterCommand({ ClusterIdentifier }));
    },
    async remove({ snapshot }) {
      const last =
        snapshot === undefined
          ? { SkipFinalClusterSnapshot: true }
          : {
              SkipFinalClusterSnapshot: false,
              FinalClusterSnapshotIdentifier: snapshot,
              FinalClusterSnapshotRetentionPeriod: snapshotDays,
            };
      await aws.call('redshift:DeleteCluster', aws.redshift, new DeleteClusterCommand({ ClusterIdentifier, ...last }));
    },
    isEarly: (code, message) => code.startsWith('InvalidClusterState') || isRoleNew(code, message),
  };
}

/** A group that is not ours: the one that Redshift has for the default VPC. */
const ofVpc = 'that of the VPC';

/** Whether nodes may be added or taken away in place: not from one node, or to one (Management Guide, "Resizing a cluster"). */
function isElastic({ settings }: Found, nodes: number): boolean {
  return nodes > 1 && settings['size']?.startsWith('1 x ') === false;
}

const atNextStart = 'required from the next start on';

function tlsOf(isOurGroup: boolean, status: string | undefined): string {
  if (!isOurGroup) return 'by other parameters';
  return status === 'pending-reboot' ? atNextStart : 'required';
}

/** A cluster as AWS tells it. Throws an AwsRefusal. */
export async function readCluster(aws: Aws, ClusterIdentifier: string): Promise<AwsCluster | undefined> {
  const answer = await unless(
    /^ClusterNotFound/,
    aws.call('redshift:DescribeClusters', aws.redshift, new DescribeClustersCommand({ ClusterIdentifier })),
  );
  return answer?.Clusters?.[0];
}

// Amazon Redshift Management Guide, "Cluster status".
const broken = /^(?:incompatible-|hardware-failure|storage-full|unavailable)/;

/** What a status of a cluster means. A role that is on its way to it is waited for as well. */
export function stateOf({ ClusterStatus = '', IamRoles = [] }: AwsCluster): {
  readonly condition: Condition;
  readonly said: string;
} {
  const said = ClusterStatus;
  if (broken.test(said)) return { condition: 'broken', said };
  if (said === 'paused') return { condition: 'paused', said };
  if (said === 'deleting' || said === 'final-snapshot') return { condition: 'going', said };
  if (said !== 'available') return { condition: 'busy', said };
  const role = IamRoles.find(({ ApplyStatus }) => ApplyStatus !== 'in-sync');
  if (role !== undefined) return { condition: 'busy', said: `role ${role.ApplyStatus}` };
  return { condition: 'ready', said };
}

function sizeText(nodes: number, type: string | undefined): string {
  return `${nodes} x ${type}`;
}
