import { describe, expect, test } from 'vitest';
import { resolveCluster } from '../../runner/config/cluster.ts';
import { readProjectConfig } from '../../runner/config/dwh-yaml.ts';
import { resolveTarget } from '../../runner/config/target.ts';
import { validate } from '../../runner/commands/validate.ts';
import { faultsOf, project } from '../support/project.ts';

const config = (cluster: string, target = 'type: redshift-data, cluster: shop'): string => `name: shop
target: there
targets:
  there: { ${target} }
cluster:
${cluster
  .trim()
  .split('\n')
  .map((line) => `  ${line.trim()}`)
  .join('\n')}
`;
const plain = 'name: shop\nregion: us-west-2\nread: [s3://raw]';
const nodes = `${plain}\nkind: provisioned`;

async function faultsIn(dwhYaml: string): Promise<string[]> {
  const own = project({ 'dwh.yaml': dwhYaml });
  const faults = await faultsOf(validate({ projectDir: own.dir, target: undefined, vars: {}, env: {} }));
  const places = await own.places(faults);
  return places.map((place, i) => `${place}: ${faults[i]?.message}`);
}

describe('a cluster that cannot be is told by validate, without AWS', () => {
  test.each([
    ['of DC2 nodes', `${nodes}\nnode_type: dc2.large`, /AWS makes no more clusters of DC2/],
    ['of unknown nodes', `${nodes}\nnode_type: huge`, /not a type of node/],
    ['without a type of nodes', nodes, /"cluster.node_type" is missing/],
    ['of no nodes', `${nodes}\nnode_type: ra3.large\nnodes: 0`, /it is 1 at least/],
    ['of too few RPUs', `${plain}\nrpu: 2`, /it is 4 or a multiple of 8/],
    ['of RPUs between two sizes', `${plain}\nrpu: 10`, /it is 4 or a multiple of 8/],
    ['of RPUs below a multiple of 8', `${plain}\nrpu: 12`, /it is 4 or a multiple of 8/],
    ['of no RPUs', `${plain}\nrpu: 0`, /it is 4 or a multiple of 8/],
    ['of a part of an RPU', `${plain}\nrpu: 8.5`, /it is 4 or a multiple of 8/],
    ['of a text of RPUs', `${plain}\nrpu: '10'`, /it is 4 or a multiple of 8/],
    ['of a maximum between two sizes', `${plain}\nmax_rpu: 20`, /it is 4 or a multiple of 8/],
    ['of too many RPUs', `${plain}\nrpu: 1032`, /it is 1024 at most/],
    ['of many RPUs between two sizes', `${plain}\nrpu: 520`, /above 512 it is a multiple of 32/],
    ['of a maximum that is too high', `${plain}\nmax_rpu: 5640`, /it is 5632 at most/],
    ['of a maximum below the default', `${plain}\nmax_rpu: 4`, /it is less than rpu/],
    ['of more RPUs at least than at most', `${plain}\nrpu: 16\nmax_rpu: 8`, /it is less than rpu/],
    ['with a key of the other kind', `${plain}\nnode_type: ra3.large`, /"node_type" is not one that may stand here/],
    ['of a kind that is none', `${plain}\nkind: mainframe`, /"mainframe" is not one of serverless, provisioned/],
    ['that reads nothing', 'name: shop\nregion: us-west-2\nread: []', /it has to read something/],
    ['that reads a folder', 'name: shop\nregion: us-west-2\nread: [seeds]', /not a place in S3/],
    ['with a name that AWS would refuse', plain.replace('shop', 'My_Shop'), /a name has 3 to 32/],
    ['in no region', plain.replace('us-west-2', 'Oregon'), /not a region/],
    ['that lets an address in instead of a range', `${plain}\nallow_from: [203.0.113.7]`, /not a range of addresses/],
  ])('%s', async (_, cluster, message) => {
    const target = cluster.includes('My_Shop') ? 'type: redshift-data, cluster: My_Shop' : undefined;
    const faults = await faultsIn(config(cluster, target));
    expect(faults.join('\n')).toMatch(message);
    expect(faults.join('\n')).toMatch(/^dwh\.yaml:\d+:\d+ config-/);
  });
});

test.each([
  ['rpu: 4', 4, undefined],
  ['rpu: 4\nmax_rpu: 4', 4, 4],
  ['rpu: 512\nmax_rpu: 520', 512, 520],
  ["rpu: '544'\nmax_rpu: '5632'", 544, 5632],
  ['rpu: 1024', 1024, undefined],
])('AWS has clusters of %s', async (written, rpu, most) => {
  const read = await readProjectConfig(project({ 'dwh.yaml': config(`${plain}\n${written}`) }).dir);
  const cluster = resolveCluster(read, {});
  expect(cluster).toMatchObject({ rpu, ...(most === undefined ? {} : { max_rpu: most }) });
});

test.each([
  ['another cluster', 'type: redshift-data, cluster: shopp', /"shopp" is not the cluster of this project/],
  ['a cluster and a host', 'type: redshift, cluster: shop, host: h', /this is looked up/],
  ['a cluster and a database', 'type: redshift-data, cluster: shop, database: dev', /this is looked up/],
  ['a cluster and a workgroup', 'type: redshift-data, cluster: shop, workgroup: w', /exactly one of/],
  ['neither', 'type: redshift-data, database: dev', /exactly one of/],
  [
    'a password and no host',
    "type: redshift, user: me, password: '${PW}', database: dev",
    /"targets.there.host" is missing/,
  ],
])('a target that names %s is told', async (_, target, message) => {
  expect((await faultsIn(config(plain, target))).join('\n')).toMatch(message);
});

test('a cluster that is not described cannot be named', async () => {
  const dwhYaml = 'name: shop\ntarget: there\ntargets:\n  there: { type: redshift-data, cluster: shop }\n';
  expect(await faultsIn(dwhYaml)).toEqual(['dwh.yaml:4:42 cluster-unknown: "shop" is not the cluster of this project']);
});

test('its settings may come from the environment, in lists as well; one that is missing is told when it is needed', async () => {
  const cluster = 'name: shop\nregion: ${REGION}\nread: ["${RAW:-s3://raw}"]\nrpu: ${RPU:-8}';
  const own = project({ 'dwh.yaml': config(cluster) });
  const read = await readProjectConfig(own.dir);
  expect(resolveCluster(read, { REGION: 'eu-central-1', RPU: '16' })).toMatchObject({
    region: 'eu-central-1',
    read: ['s3://raw'],
    rpu: 16,
  });
  expect(resolveTarget(read, undefined, {})).toMatchObject({ cluster: 'shop' });
  expect(() => resolveCluster(read, {})).toThrow(/env-missing: the environment variable REGION is not set/);
});
