import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { owner } from '../../runner/artifacts/leftovers.ts';
import { clean } from '../../runner/commands/clean.ts';
import { project } from '../support/project.ts';

const sleeper = (): ReturnType<typeof spawn> => spawn(process.execPath, ['-e', 'setInterval(() => 0, 1000)']);
const live = sleeper();
const dead = sleeper();
const tagOf = ({ pid }: { pid?: number | undefined }): string => `${hostname().replace(/[^\w.-]/g, '_')}-${pid}`;

beforeAll(async () => {
  const ended = once(dead, 'exit');
  dead.kill('SIGKILL');
  await ended;
});
afterAll(() => live.kill());

const long = new Date(Date.now() - 48 * 60 * 60 * 1000);

/** Lays files in `target/` as processes leave them that are killed. Gives those that are there after `work`. */
async function afterwards(
  dir: string,
  files: Readonly<Record<string, Date>>,
  work: () => Promise<unknown>,
): Promise<string[]> {
  for (const [name, changed] of Object.entries(files)) {
    const path = join(dir, 'target', name);
    if (name.endsWith('/')) mkdirSync(path, { recursive: true });
    else {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, '{"half": ');
    }
    utimesSync(path, changed, changed);
  }
  await work();
  return Object.keys(files).filter((name) => existsSync(join(dir, 'target', name)));
}

describe('a run removes from target/', () => {
  const now = new Date();

  test('what a killed process left, and nothing that a live one has or that is not ours', async () => {
    const shop = project({ 'models/a.sql': 'select 1 as id' });
    const gone = {
      [`spool/20260101-1@${tagOf(dead)}/`]: now,
      // A process that had the number of this one before it.
      [`spool/20260101-2@${owner}/`]: long,
      'spool/20260101-3/': long,
      'manifest.json.123456789': long,
      [`spool/20260101-4@elsewhere-17/`]: long,
    };
    const kept = [
      `spool/20260101-5@${tagOf(live)}/`,
      `spool/20260101-6@${owner}/`,
      'spool/20260101-7@elsewhere-17/',
      'manifest.json.987654321',
      'warehouse.duckdb.tmp/',
      'notes.json',
    ];
    const files = { ...gone, ...Object.fromEntries(kept.map((name) => [name, new Date()])) };
    expect(await afterwards(shop.dir, files, () => shop.publish())).toEqual(kept);
  });

  test('its own spool folder and temporary artifacts', async () => {
    const shop = project({ 'models/a.sql': 'select 1 as id' });
    await shop.publish();
    const target = join(shop.dir, 'target');
    expect(readdirSync(target).filter((name) => /\d$/.test(name))).toEqual([]);
    expect(existsSync(join(target, 'spool')) ? readdirSync(join(target, 'spool')) : []).toEqual([]);
  });
});

test('clean removes them as well, and target/ with them', async () => {
  const shop = project({ 'models/a.sql': 'select 1 as id' });
  const files = { 'manifest.json.123456789': long, 'spool/1@elsewhere-1/': new Date() };
  expect(await afterwards(shop.dir, files, () => clean(shop.dir))).toEqual([]);
  expect(existsSync(join(shop.dir, 'target'))).toBe(false);
});
