import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { engines } from '../support/project.ts';
import { fromDisk, plainly } from './compare.ts';
import { answerIndependently } from './independent-answers.ts';
import { countIndependently, rawEvents } from './independent-count.ts';
import { folders, root, statesCsv } from './sparkify.ts';

const analyses = readdirSync(join(root, 'analyses'))
  .filter((name) => name.endsWith('.sql'))
  .map((name) => name.replace('.sql', ''));

describe.each(folders)('the raw files in %s', (from) => {
  const answers = answerIndependently(rawEvents(from), countIndependently(from, statesCsv));

  test('are counted independently for every analysis', () => {
    expect(Object.keys(answers).sort()).toEqual(analyses.toSorted());
  });

  test.each(engines)('give the answers of an independent count, in order, on %s', async (engine) => {
    const own = await fromDisk(engine, from);
    for (const analysis of analyses)
      expect((await own.rows(analysis)).map(plainly), analysis).toEqual(answers[analysis]?.map(plainly));
  });
});

test.each(analyses)('%s states its unit, denominator, time zone and how it treats an unfinished period', (analysis) => {
  const text = readFileSync(join(root, 'analyses', `${analysis}.sql`), 'utf8');
  const top = text.slice(0, text.search(/^(?!--)/m));
  expect([...top.matchAll(/^-- ([a-z ]+): \S/gm)].map(([, label]) => label)).toEqual([
    'unit',
    'denominator',
    'time zone',
    'unfinished period',
  ]);
  expect(top).toContain('-- time zone: UTC');
});
