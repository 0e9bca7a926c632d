import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ClusterStand, openGround } from '../aws/cluster-stand.ts';
import { testWarehouse } from '../redshift/make-warehouse.ts';
import { openWire } from '../redshift/wire.ts';
import { models } from '../../runner/commands/models.ts';
import { query } from '../../runner/commands/query.ts';
import type { RunSummary } from '../../runner/run/run-models.ts';
import { objectsIn } from '../redshift/shop-warehouse.ts';
import { faultsIn } from '../support/project.ts';
import { awsSettings, TestBucket } from '../support/s3.ts';
import { copyProject, root, sample } from './sparkify.ts';

test.each([
  { kind: 'serverless', loadBy: 'redshift', readBy: 'redshift-direct' },
  { kind: 'provisioned', loadBy: 'redshift-direct', readBy: 'redshift' },
])('from nothing to a loaded $kind warehouse, by $loadBy, and back to nothing', async ({ kind, loadBy, readBy }) => {
  const { warehouse, made } = testWarehouse();
  await made;
  const ground = await openGround(warehouse, onTestFinished);
  await new TestBucket(ground.s3Endpoint, 'raw-data').put(objectsIn(sample));
  const stand = await ClusterStand.open(ground, '', onTestFinished);
  awsSettings(stand.settings);
  const { host, port, close } = await openWire(warehouse);
  onTestFinished(close);
  stand.aws.account.endpoint = { host, port };
  copyProject(stand.dir);
  if (kind === 'provisioned') stand.describe(provisioned(readFileSync(join(root, 'dwh.yaml'), 'utf8')));
  stand.env = { SPARKIFY_RAW: 's3://raw-data', PGSSLMODE: 'disable' };

  await stand.up();
  const around = { now: () => new Date(), random: Math.random, report: () => undefined, signal: stand.world.signal };
  const run = (target: string): Promise<RunSummary> =>
    models(
      {
        ...stand.options,
        target,
        vars: {},
        select: [],
        exclude: [],
        fullRefresh: false,
        replaceDependents: false,
        threads: 4,
        wait: false,
        command: 'test',
      },
      around,
    );
  const summary = await run(loadBy);
  expect(faultsIn(summary)).toEqual([]);
  expect(summary.outcome).toBe('published');
  for (const target of [loadBy, readBy]) {
    const reading = { ...stand.options, ...around, target, vars: {}, wait: undefined, command: 'test' };
    expect((await query(reading, 'select * from songs limit 5')).rows).toHaveLength(5);
    expect((await query(reading, 'top_songs')).rows.length).toBeGreaterThan(0);
  }
  const status = await stand.status();
  expect(status.runs).toHaveLength(1);
  expect(await stand.down({ snapshot: false })).toMatchObject({ left: [], snapshot: undefined });
  expect(stand.tagged).toEqual([]);
});

/** The cluster of the project as one of nodes. */
function provisioned(dwhYaml: string): string {
  return dwhYaml
    .replace('kind: serverless', 'kind: provisioned\n  node_type: ra3.large')
    .replace(/^ {2}(?:rpu|max_rpu|rpu_hours_a_day): .*\n/gm, '');
}
