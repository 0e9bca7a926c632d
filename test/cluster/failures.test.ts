import { expect, onTestFinished, test } from 'vitest';
import { openGround } from '../aws/cluster-stand.ts';
import { allScenarios, play, told } from '../aws/failures.ts';
import { testWarehouse } from '../redshift/make-warehouse.ts';
import { awsSettings } from '../support/s3.ts';

/** One in so many is played here; npm run test:chaos plays all of them. A prime number, so that each way to fail comes up. */
const oneIn = 97;

test('whatever call of AWS goes wrong, up and down go on from there, and down leaves nothing', async () => {
  const { warehouse, made } = testWarehouse();
  await made;
  const ground = await openGround(warehouse, onTestFinished);
  const every = await allScenarios(ground, awsSettings);
  const some = every.filter((_, i) => i % oneIn === 0);
  expect(some.length).toBeGreaterThan(25);
  const failed: string[] = [];
  for (const scenario of some)
    await play(scenario, ground, awsSettings).catch((error: unknown) =>
      failed.push(`${told(scenario)}: ${String(error)}`),
    );
  expect(failed).toEqual([]);
}, 120_000);
