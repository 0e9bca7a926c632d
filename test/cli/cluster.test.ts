import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ClusterStand, openGround } from '../aws/cluster-stand.ts';
import { objectsIn } from '../redshift/shop-warehouse.ts';
import { testWarehouse } from '../redshift/make-warehouse.ts';
import { openWire } from '../redshift/wire.ts';
import { copyProject, sample } from '../sparkify/sparkify.ts';
import type { Ended } from '../support/program.ts';
import { run } from '../support/program.ts';
import { TestBucket } from '../support/s3.ts';

const still = { steps: 0, lag: 0, roleLag: 0, holdLag: 0 };

/** The project in a folder of its own, its raw files in S3, and an AWS for it. */
async function projectAtAws(): Promise<{ stand: ClusterStand; program: (...words: string[]) => Promise<Ended> }> {
  const { warehouse, made } = testWarehouse();
  await made;
  const ground = await openGround(warehouse, onTestFinished);
  await new TestBucket(ground.s3Endpoint, 'raw-data').put(objectsIn(sample));
  const stand = await ClusterStand.open(ground, '', onTestFinished, still);
  const { host, port, close } = await openWire(warehouse);
  onTestFinished(close);
  stand.aws.account.endpoint = { host, port };
  copyProject(stand.dir);
  const env = {
    ...stand.settings,
    SPARKIFY_RAW: 's3://raw-data',
    PGSSLMODE: 'disable',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
  return { stand, program: (...words) => run(stand.dir, words, { env }) };
}

test('no secret, key or number of an account is in anything that is printed or written', async () => {
  const { stand, program } = await projectAtAws();
  const said: string[] = [];
  for (const words of [
    'cluster up --dry-run',
    'cluster up --yes',
    'cluster up',
    'debug --target redshift',
    'debug --target redshift-direct',
    'models --target redshift --log-level debug',
    'models --target redshift-direct --dry-run',
    'models --target redshift --log-format json --log-level debug --full-refresh staging_songs',
    'compile --target redshift staging_events',
    'cluster status',
    'cluster down --dry-run',
    'cluster down --yes',
    'models --target redshift',
    'cluster status',
  ]) {
    const { code, stdout, stderr } = await program(...words.split(' '));
    const isExpected = words === 'models --target redshift' ? code === 2 : code === 0;
    expect(isExpected, `${words}: ${code}\n${stdout}\n${stderr}`).toBe(true);
    said.push(stdout, stderr);
  }
  const written = filesBelow(join(stand.dir, 'target')).map((file) => readFileSync(file, 'latin1'));
  expect(written.length).toBeGreaterThan(3);
  for (const secret of [stand.aws.account.id, 'AKIA', 'secret-of-this-test', 'managed-secret', 'redshift!'])
    for (const text of [...said, ...written]) expect(text.includes(secret), `${secret} in ${text}`).toBe(false);
}, 120_000);

test('the plan tells what is made, what it is to be like and what it costs', async () => {
  const { program } = await projectAtAws();
  const { stdout } = await program('cluster', 'up', '--dry-run');
  expect(stdout).toMatch(/\+ create role sparkify-run-sparkify-us-west-2\n\s+trust\s+Redshift\n/);
  expect(stdout).toMatch(/\+ create workgroup sparkify\n\s+size\s+8 RPU/);
  expect(stdout).toMatch(/price: about \$3\.00 an hour while it answers, 60 seconds at least/);
});

test('nothing is made or removed where nobody can agree to it', async () => {
  const { stand, program } = await projectAtAws();
  for (const verb of ['up', 'down']) {
    if (verb === 'down') await program('cluster', 'up', '--yes');
    const before = stand.tagged;
    const { code, stderr } = await program('cluster', verb);
    expect({ code, isTold: stderr.includes('error[cluster-unconfirmed]') }).toEqual({ code: 2, isTold: true });
    expect(stand.tagged).toEqual(before);
  }
});

test('the address of a serverless cluster has the number of the account in it, which is shown only to who asks', async () => {
  const { stand, program } = await projectAtAws();
  const host = `sparkify.${stand.aws.account.id}.us-west-2.redshift-serverless.amazonaws.invalid`;
  await program('cluster', 'up', '--yes');
  stand.aws.account.endpoint = { host, port: 5439 };
  expect((await program('cluster', 'status', '--no-query')).stdout).toContain('sparkify.….us-west-2');
  expect((await program('cluster', 'status', '--no-query', '--show-account')).stdout).toContain(`${host}:5439/dev`);
  const { code, stdout, stderr } = await program('debug', '--target', 'redshift-direct');
  expect(code).toBe(2);
  expect(stdout).toMatch(/network\s+this is where it fails/);
  expect(stdout + stderr).toContain('there is no host sparkify.….us-west-2');
  expect(stdout + stderr).not.toContain(stand.aws.account.id);
});

test('status tells state, address, role, size, price and the latest runs', async () => {
  const { program } = await projectAtAws();
  await program('cluster', 'up', '--yes');
  await program('models', '--target', 'redshift', 'staging_songs');
  const { stdout } = await program('cluster', 'status');
  for (const found of [
    /state\s+AVAILABLE/,
    /role\s+sparkify-run-sparkify-us-west-2/,
    /size\s+8 RPU/,
    /address\s+\S+:\d+\/dev/,
    /price today\s+about \$0\.00/,
    /sparkify-run models --target redshift staging_songs\s+published/,
  ])
    expect(stdout).toMatch(found);
}, 60_000);

test('Ctrl-C while AWS is at work ends with 130 and says how to go on', async () => {
  const { stand } = await projectAtAws();
  stand.aws.account.stuck.set('sparkify', 'MODIFYING');
  const env = { ...stand.settings, SPARKIFY_RAW: 's3://raw-data', AWS_EC2_METADATA_DISABLED: 'true' };
  const { code, stderr } = await run(stand.dir, ['cluster', 'up', '--yes'], {
    env,
    during: (said, kill) => {
      if (said.includes('namespace sparkify: ')) kill('SIGINT');
    },
  });
  expect(code).toBe(130);
  expect(stderr).toMatch(/stopped; what AWS has begun it goes on with\n\s+cluster up goes on from here/);
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}
