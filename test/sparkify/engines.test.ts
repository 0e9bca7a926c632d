import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Engine, TestProject } from '../support/project.ts';
import { changesIn, engines } from '../support/project.ts';
import { s3 } from '../support/s3.ts';
import { checksums, fromDisk, plainly, rawParts, relations } from './compare.ts';
import { arrive, folders, root, rowsOf, sample, sparkify } from './sparkify.ts';

async function fromS3(engine: Engine): Promise<TestProject> {
  const own = sparkify(engine, 's3://raw-data');
  await own.publish();
  return own;
}

/** Raw files by their path below the folder. */
function rawFiles(from: string): Record<string, Buffer> {
  const names = rawParts.flatMap((part) =>
    part.endsWith('.json')
      ? [part]
      : readdirSync(join(from, part), { recursive: true, encoding: 'utf8' }).map((name) => join(part, name)),
  );
  return Object.fromEntries(
    names.filter((name) => name.endsWith('.json')).map((name) => [name, readFileSync(join(from, name))]),
  );
}

describe.each(folders)('the raw files in %s', (from) => {
  test('give the same rows on every engine, from disk and from S3', async () => {
    const expected = await checksums(await fromDisk('duckdb', from));
    expect(await checksums(await fromDisk('postgres', from))).toEqual(expected);
    await s3(rawFiles(from));
    for (const engine of engines) expect(await checksums(await fromS3(engine)), engine).toEqual(expected);
  });
});

test('every analysis answers, and the same on every engine', async () => {
  const [one, other] = [await fromDisk('duckdb', sample), await fromDisk('postgres', sample)];
  const analyses = readdirSync(join(root, 'analyses'))
    .filter((name) => name.endsWith('.sql'))
    .map((name) => name.replace('.sql', ''));
  expect(analyses.length).toBeGreaterThanOrEqual(10);
  for (const analysis of analyses) {
    const answer = await one.rows(analysis);
    expect(answer.length, analysis).toBeGreaterThan(0);
    expect((await other.rows(analysis)).map(plainly), analysis).toEqual(answer.map(plainly));
  }
});

test.each(engines)('files that arrive one after another end in the same tables on %s', async (engine) => {
  const late = sparkify(engine);
  const logs = readdirSync(join(sample, 'log_data/2018/11'))
    .map((name) => join('log_data/2018/11', name))
    .toReversed();
  const songs = readdirSync(join(sample, 'song_data')).map((name) => join('song_data', name));
  arrive(late, sample, ['log_json_path.json', ...logs.slice(0, 10), ...songs.slice(0, 5)]);
  await late.publish();
  arrive(late, sample, logs.slice(10));
  await late.publish();
  arrive(late, sample, songs.slice(5));
  expect(changesIn(await late.publish())['songplays']).toMatch(/^merge \+0 ~[1-9]\d* -0$/);
  const atOnce = await fromDisk(engine, sample);
  for (const relation of relations.filter((name) => name.startsWith('analytics')))
    expect(await rowsOf(late, relation), relation).toEqual(await rowsOf(atOnce, relation));
});
