import type { Account, Group } from './account.ts';
import { tagsXml } from './iam.ts';
import type { Params } from './params.ts';
import { itemsOf, tagsOf, valuesOf } from './params.ts';
import { ServiceFault } from './service-fault.ts';
import type { Xml } from './xml.ts';

/** Answers a call about groups of parameters; undefined if it is not about them. Throws a ServiceFault. */
export function parameterGroups(account: Account, operation: string, params: Params): Xml {
  const { ParameterGroupName: name = '' } = params;
  const groups = account.parameterGroups;
  const known = (): Group => found(groups, name, 'ClusterParameterGroupNotFound');
  switch (operation) {
    case 'CreateClusterParameterGroup':
      refuseSecond(groups, name, 'ClusterParameterGroupAlreadyExists');
      groups.set(name, { name, tags: tagsOf(params), values: ['require_ssl=false'] });
      return {};
    case 'DescribeClusterParameterGroups':
      return {
        ParameterGroups: {
          ClusterParameterGroup: [{ ParameterGroupName: name, Tags: { Tag: tagsXml(known().tags) } }],
        },
      };
    case 'DescribeClusterParameters': {
      const Parameter = known().values.map((value) => {
        const [ParameterName, ParameterValue] = value.split('=');
        return { ParameterName, ParameterValue };
      });
      return { Parameters: { Parameter } };
    }
    case 'ModifyClusterParameterGroup':
      known().values = itemsOf(params, 'Parameters').map(
        ({ ParameterName, ParameterValue }) => `${ParameterName}=${ParameterValue}`,
      );
      return {};
    case 'DeleteClusterParameterGroup':
      known();
      if ([...account.clusters.values()].some(({ settings }) => settings['parameterGroup'] === name))
        throw new ServiceFault('InvalidClusterParameterGroupState', 400, `Parameter group ${name} is in use`);
      groups.delete(name);
      return {};
    default:
      return undefined;
  }
}

/** Answers a call about groups of subnets; undefined if it is not about them. Throws a ServiceFault. */
export function subnetGroups(account: Account, operation: string, params: Params): Xml {
  const { ClusterSubnetGroupName: name = '' } = params;
  const groups = account.subnetGroups;
  // Here it is the name of the fault that others end in `Fault`.
  const known = (): Group => found(groups, name, 'ClusterSubnetGroupNotFoundFault');
  switch (operation) {
    case 'CreateClusterSubnetGroup':
      refuseSecond(groups, name, 'ClusterSubnetGroupAlreadyExists');
      groups.set(name, { name, tags: tagsOf(params), values: valuesOf(params, 'SubnetIds') });
      return {};
    case 'DescribeClusterSubnetGroups': {
      const { tags, values } = known();
      const Subnets = { Subnet: values.map((SubnetIdentifier) => ({ SubnetIdentifier })) };
      const ClusterSubnetGroup = [
        { ClusterSubnetGroupName: name, SubnetGroupStatus: 'Complete', Subnets, Tags: { Tag: tagsXml(tags) } },
      ];
      return { ClusterSubnetGroups: { ClusterSubnetGroup } };
    }
    case 'ModifyClusterSubnetGroup':
      known().values = valuesOf(params, 'SubnetIds');
      return {};
    case 'DeleteClusterSubnetGroup':
      known();
      if ([...account.clusters.values()].some(({ settings }) => settings['subnetGroup'] === name))
        throw new ServiceFault('InvalidClusterSubnetGroupStateFault', 400, `Subnet group ${name} is in use`);
      groups.delete(name);
      return {};
    default:
      return undefined;
  }
}

function found(groups: ReadonlyMap<string, Group>, name: string, code: string): Group {
  const group = groups.get(name);
  if (group === undefined) throw new ServiceFault(code, 404, `${name} not found`);
  return group;
}

function refuseSecond(groups: ReadonlyMap<string, Group>, name: string, code: string): void {
  if (groups.has(name)) throw new ServiceFault(code, 400, `${name} already exists`);
}
