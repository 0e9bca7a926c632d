import { expect, onTestFinished, test } from 'vitest';
import type { Call } from '../aws/aws.ts';
import { ClusterStand, kinds, openGround } from '../aws/cluster-stand.ts';
import { wholeCluster } from '../aws/failures.ts';
import { testWarehouse } from '../redshift/make-warehouse.ts';
import { awsSettings } from '../support/s3.ts';

const still = { steps: 0, lag: 0, roleLag: 0, holdLag: 0 };

test.each(kinds)(
  'the requests of a whole up and down of a %s cluster are those that people have read',
  async (kind) => {
    const { warehouse, made } = testWarehouse();
    await made;
    const ground = await openGround(warehouse, onTestFinished);
    const stand = await ClusterStand.open(ground, wholeCluster(kind), onTestFinished, still);
    awsSettings(stand.settings);
    await stand.up();
    const up = stand.aws.calls.splice(0);
    await stand.down();
    for (const [command, calls] of [
      ['up', up],
      ['down', stand.aws.calls],
    ] as const)
      await expect(calls.map(text).join('\n')).toMatchFileSnapshot(`golden/${kind}-${command}.txt`);
  },
);

/** A call as people read it: what it is called, and below it what it says. */
function text({ service, operation, input }: Call): string {
  const lines = Object.entries(input).map(([key, value]) => `    ${key}: ${shown(value)}`);
  return [`${service}:${operation}`, ...lines].join('\n');
}

function shown(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  // A document of IAM is easier to read with its lines.
  return value.startsWith('{') ? JSON.stringify(JSON.parse(value), undefined, 2).replaceAll('\n', '\n      ') : value;
}
