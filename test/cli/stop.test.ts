import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { program } from '../support/program.ts';
import { project } from '../support/project.ts';

const target = (settings: string): string => `
name: shop
target: there
targets:
  there: { ${settings} }
cluster: { name: shop, kind: serverless, region: us-east-1, read: ['s3://lake'] }
sources: { raw: { root: 's3://lake', files: { orders: { path: orders, jsonpaths: paths.json } } } }
folders: { models: { schema: shop, materialized: table } }
`;
const inAws = "database: dev, region: us-east-1, iam_role: default, stage: 's3://lake/stage'";
const roads = {
  duckdb: target('type: duckdb, path: shop.duckdb'),
  data: target(`type: redshift-data, workgroup: shop, ${inAws}`),
  wire: target(`type: redshift, host: localhost, workgroup: shop, ${inAws}`),
  cluster: target('type: redshift-data, cluster: shop'),
};
const files = {
  'models/songs.sql': 'select 1 as id',
  'models/orders.sql': '{{config materialized="copy"}}\n{{> copy_json from=(source "raw" "orders")}}\n',
  'models/_orders.yml':
    'models:\n  - name: orders\n    columns:\n      - { name: id, type: bigint, tests: [not_null] }\n',
  'macros/redshift/copy_json.hbs': readFileSync('macros/redshift/copy_json.hbs', 'utf8'),
  'macros/redshift/table_attributes.hbs': readFileSync('macros/redshift/table_attributes.hbs', 'utf8'),
};

/** A server that takes connections and never answers. */
async function silentServer(): Promise<{ url: string; connected: Promise<unknown> }> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.on('error', () => undefined));
    server.emit('asked');
  });
  const connected = once(server, 'asked');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connected };
}

/** Stops a command once it has asked AWS for something, which never answers. Gives its exit code, and how long it took to end. */
async function stopped(
  road: keyof typeof roads,
  words: string,
  signal: NodeJS.Signals,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; ms: number; said: string }> {
  const shop = project({ 'dwh.yaml': roads[road], ...files });
  const { url, connected } = await silentServer();
  const child = spawn(process.execPath, [program, ...words.split(' ')], {
    cwd: shop.dir,
    env: {
      PATH: process.env['PATH'],
      AWS_ENDPOINT_URL: url,
      AWS_ACCESS_KEY_ID: 'AKIATESTTESTTEST',
      AWS_SECRET_ACCESS_KEY: 'secret-of-this-test',
      AWS_CONFIG_FILE: '/nowhere/config',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere/credentials',
      ...env,
      ...(env['AWS_CONTAINER_CREDENTIALS_FULL_URI'] === '' ? { AWS_CONTAINER_CREDENTIALS_FULL_URI: url } : {}),
    },
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => (said += String(data)));
  const ended = once(child, 'close') as Promise<[number | null]>;
  await Promise.race([connected, ended]);
  const from = performance.now();
  child.kill(signal);
  const [code] = await ended;
  return { code, ms: performance.now() - from, said };
}

test.each([
  ['data', 'models'],
  ['data', 'models --dry-run'],
  ['data', 'test'],
  ['data', 'query select+1'],
  ['data', 'show songs'],
  ['data', 'debug'],
  ['data', 'compile orders'],
  ['wire', 'models'],
  ['wire', 'query select+1'],
  ['cluster', 'models'],
  ['cluster', 'cluster up --yes'],
  ['cluster', 'cluster down --yes'],
  ['cluster', 'cluster status'],
] as const)(
  'on an AWS that does not answer, by %s, a signal ends %s',
  async (road, words) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const { code, ms, said } = await stopped(road, words, signal);
      expect(code, said).toBe(130);
      expect(ms).toBeLessThan(2000);
    }
  },
  20_000,
);

test.each([
  ['data', 'query select+1'],
  ['wire', 'query select+1'],
  ['cluster', 'cluster status'],
  ['data', 'compile orders'],
] as const)(
  'where credentials do not come, by %s, a signal ends %s',
  async (road, words) => {
    const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '', AWS_CONTAINER_CREDENTIALS_FULL_URI: '' };
    const { code, ms, said } = await stopped(road, words, 'SIGINT', none);
    expect(code, said).toBe(130);
    expect(ms).toBeLessThan(2000);
  },
  20_000,
);
