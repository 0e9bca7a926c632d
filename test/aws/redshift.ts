import type { Account, Group, Slow } from './account.ts';
import { tagsXml } from './iam.ts';
import type { Params } from './params.ts';
import { tagsOf, valuesOf } from './params.ts';
import { parameterGroups, subnetGroups } from './redshift-groups.ts';
import { ServiceFault } from './service-fault.ts';
import type { Xml } from './xml.ts';

/** What a cluster was made with, and what became of it since. */
interface Settings extends Record<string, unknown> {
  nodeType: string;
  nodes: number;
  readonly database: string;
  roles: string[];
  defaultRole: string | undefined;
  groups: string[];
  isPublic: boolean;
  readonly subnetGroup: string;
  parameterGroup: string;
  parameterStatus: string;
  secret: string | undefined;
  readonly madeAt: string;
}

/** Answers a call of Redshift, of its provisioned kind. Throws a ServiceFault. */
export function redshift(account: Account, operation: string, params: Params): Xml {
  const { ClusterIdentifier: name = '' } = params;
  switch (operation) {
    case 'DescribeClusters': {
      const found = account.look(account.clusters, name);
      if (found === undefined) throw notFound(name);
      return { Clusters: { Cluster: clusterXml(account, found) } };
    }
    case 'CreateCluster':
      return create(account, params);
    case 'ModifyCluster':
      return changed(account, params, 'modifying', (settings) => modify(account, settings, params, name));
    case 'ModifyClusterIamRoles':
      return changed(account, params, 'modifying', (settings) => {
        const added = valuesOf(params, 'AddIamRoles');
        for (const arn of added) account.useRole(arn, 'redshift');
        settings.roles = [...new Set([...settings.roles, ...added])];
        settings.defaultRole = params['DefaultIamRoleArn'] ?? settings.defaultRole;
      });
    case 'ResizeCluster':
      return changed(account, params, 'resizing', (settings) => {
        const nodes = nodesIn(params);
        // Management Guide, "Resizing a cluster": elastic resize is not available for single-node clusters.
        if (params['Classic'] !== 'true' && (nodes === 1 || settings.nodes === 1))
          throw new ServiceFault(
            'UnsupportedOperation',
            400,
            'Elastic resize is not supported for single-node clusters. Use classic resize.',
          );
        settings.nodeType = params['NodeType'] ?? settings.nodeType;
        settings.nodes = nodes;
      });
    case 'RebootCluster':
      return changed(account, params, 'rebooting', (settings) => {
        settings.parameterStatus = 'in-sync';
      });
    case 'PauseCluster':
      return changed(account, params, 'pausing', () => undefined, 'paused');
    case 'ResumeCluster': {
      const found = known(account, name);
      if (found.status !== 'paused') throw wrongState(name, found);
      account.begin(found, 'resuming', 'available');
      return { Cluster: clusterXml(account, found) };
    }
    case 'DeleteCluster':
      return remove(account, params);
    case 'CreateTags': {
      const [kind, of = ''] = (params['ResourceName'] ?? '').split(':').slice(5);
      const maps: Record<string, ReadonlyMap<string, Pick<Group, 'tags'>>> = {
        cluster: account.clusters,
        parametergroup: account.parameterGroups,
        subnetgroup: account.subnetGroups,
      };
      const tags = maps[kind ?? '']?.get(of)?.tags;
      if (tags === undefined) throw new ServiceFault('ResourceNotFoundFault', 404, `The resource ${of} was not found.`);
      Object.assign(tags, tagsOf(params));
      return {};
    }
    default:
      return (
        parameterGroups(account, operation, params) ?? subnetGroups(account, operation, params) ?? unknown(operation)
      );
  }
}

function create(account: Account, params: Params): Xml {
  const { ClusterIdentifier: name = '', ClusterParameterGroupName = '', ClusterSubnetGroupName = 'default' } = params;
  if (account.clusters.has(name)) throw new ServiceFault('ClusterAlreadyExists', 400, 'Cluster already exists');
  for (const arn of valuesOf(params, 'IamRoles')) account.useRole(arn, 'redshift');
  if (!account.parameterGroups.has(ClusterParameterGroupName))
    throw new ServiceFault(
      'ClusterParameterGroupNotFound',
      404,
      `Parameter group ${ClusterParameterGroupName} not found`,
    );
  if (params['Encrypted'] === 'false')
    throw new ServiceFault('InvalidParameterCombination', 400, 'Unencrypted clusters are not supported');
  const cluster = account.slow(name, tagsOf(params), {
    nodeType: params['NodeType'] ?? '',
    nodes: nodesIn(params),
    database: params['DBName'] ?? 'dev',
    roles: valuesOf(params, 'IamRoles'),
    defaultRole: params['DefaultIamRoleArn'],
    groups: valuesOf(params, 'VpcSecurityGroupIds'),
    isPublic: params['PubliclyAccessible'] === 'true',
    subnetGroup: ClusterSubnetGroupName,
    parameterGroup: ClusterParameterGroupName,
    parameterStatus: 'in-sync',
    secret: params['ManageMasterPassword'] === 'true' ? account.makeSecret(name) : undefined,
    madeAt: account.warehouse.now().toISOString(),
  } satisfies Settings);
  account.begin(cluster, 'creating', 'available');
  account.clusters.set(name, cluster);
  account.tell();
  return { Cluster: clusterXml(account, cluster) };
}

/** API reference, CreateCluster: a cluster of one node names no number, one of several names it. Throws a ServiceFault. */
function nodesIn({ ClusterType = 'multi-node', NumberOfNodes }: Params): number {
  if (ClusterType === 'single-node' ? NumberOfNodes !== undefined : Number(NumberOfNodes ?? 1) < 2)
    throw new ServiceFault(
      'InvalidParameterCombination',
      400,
      `NumberOfNodes ${NumberOfNodes} does not go with ClusterType ${ClusterType}.`,
    );
  return ClusterType === 'single-node' ? 1 : Number(NumberOfNodes);
}

/** Changes what is available; it is not for a while then. */
function changed(
  account: Account,
  { ClusterIdentifier: name = '' }: Params,
  status: string,
  change: (settings: Settings) => void,
  next = 'available',
): Xml {
  const found = known(account, name);
  if (found.status !== 'available') throw wrongState(name, found);
  change(found.settings as Settings);
  account.begin(found, status, next);
  account.tell();
  return { Cluster: clusterXml(account, found) };
}

function modify(account: Account, settings: Settings, params: Params, name: string): void {
  const groups = valuesOf(params, 'VpcSecurityGroupIds');
  if (groups.length > 0) settings.groups = groups;
  if (params['PubliclyAccessible'] !== undefined) settings.isPublic = params['PubliclyAccessible'] === 'true';
  if (params['ManageMasterPassword'] === 'true') settings.secret ??= account.makeSecret(name);
  if (params['ClusterParameterGroupName'] === undefined) return;
  settings.parameterGroup = params['ClusterParameterGroupName'];
  settings.parameterStatus = 'pending-reboot';
}

function remove(account: Account, params: Params): Xml {
  const { ClusterIdentifier: name = '', FinalClusterSnapshotIdentifier: snapshot } = params;
  const found = known(account, name);
  if (found.next !== undefined) throw wrongState(name, found);
  if (params['SkipFinalClusterSnapshot'] !== 'true') {
    if (snapshot === undefined)
      throw new ServiceFault('InvalidParameterCombination', 400, 'FinalClusterSnapshotIdentifier is required');
    if (account.snapshots.has(snapshot))
      throw new ServiceFault('ClusterSnapshotAlreadyExists', 400, `Snapshot ${snapshot} already exists`);
    account.snapshots.set(snapshot, { ...found.tags });
  }
  account.begin(found, snapshot === undefined ? 'deleting' : 'final-snapshot', undefined);
  account.tell();
  return { Cluster: clusterXml(account, found) };
}

function known(account: Account, name: string): Slow {
  const found = account.clusters.get(name);
  if (found === undefined) throw notFound(name);
  return found;
}

function notFound(name: string): ServiceFault {
  return new ServiceFault('ClusterNotFound', 404, `Cluster ${name} not found.`);
}

function wrongState(name: string, { status }: Slow): ServiceFault {
  return new ServiceFault(
    'InvalidClusterState',
    400,
    `There is an operation running on the Cluster ${name}: ${status}`,
  );
}

function unknown(operation: string): never {
  throw new ServiceFault('InvalidAction', 400, `the stand-in does not know redshift ${operation}`);
}

function clusterXml(account: Account, { name, status, tags, settings }: Slow): Xml {
  const own = settings as Settings;
  const hasAddress = status !== 'creating';
  return {
    ClusterIdentifier: name,
    ClusterStatus: status,
    NodeType: own.nodeType,
    NumberOfNodes: own.nodes,
    DBName: own.database,
    MasterUsername: 'admin',
    Endpoint: hasAddress ? { Address: account.endpoint.host, Port: account.endpoint.port } : undefined,
    ClusterCreateTime: own.madeAt,
    PubliclyAccessible: own.isPublic,
    Encrypted: true,
    ClusterSubnetGroupName: own.subnetGroup,
    ClusterNamespaceArn: account.arn('redshift', 'namespace:5d8b8c9e-0000-4000-8000-000000000000'),
    MasterPasswordSecretArn: own.secret,
    DefaultIamRoleArn: own.defaultRole,
    IamRoles: {
      ClusterIamRole: own.roles.map((IamRoleArn) => ({
        IamRoleArn,
        ApplyStatus: status === 'modifying' ? 'adding' : 'in-sync',
      })),
    },
    VpcSecurityGroups: {
      VpcSecurityGroup: own.groups.map((VpcSecurityGroupId) => ({ VpcSecurityGroupId, Status: 'active' })),
    },
    ClusterParameterGroups: {
      ClusterParameterGroup: { ParameterGroupName: own.parameterGroup, ParameterApplyStatus: own.parameterStatus },
    },
    Tags: { Tag: tagsXml(tags) },
  };
}
