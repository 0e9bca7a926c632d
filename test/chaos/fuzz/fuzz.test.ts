import { afterAll, describe, expect, test } from 'vitest';
import { findingsIn } from './findings.ts';
import { findingText, fuzz } from './fuzz.ts';
import type { Outcome } from './player.ts';
import { Player } from './player.ts';

/** Far more than any command takes, also while other tests keep the machine busy: what does not end is found. */
const limitMs = 60_000;

describe('the fuzz target', () => {
  const player = new Player(limitMs);
  afterAll(() => player.close());

  test('breaks a project that is sound', async () => {
    const commands = [['validate'], ['models'], ['test'], ['query', 'top']];
    const outcomes = await player.play({ changes: {}, commands });
    expect(outcomes).toMatchObject(commands.map(() => ({ kind: 'ended', code: 0 })));
  });

  test('finds a command that does not end, and one that ends the process', async () => {
    const short = new Player(1);
    expect(await short.play({ changes: {}, commands: [['models']] })).toMatchObject([{ kind: 'late' }]);
    expect(findingsIn(['list'], { kind: 'late', endsOnSigterm: false })).toEqual([
      'list: takes too long, and does not end on SIGTERM',
    ]);
    expect(findingsIn(['list'], { kind: 'crashed', said: 'out of memory' })).toHaveLength(1);
  });

  const ended = { kind: 'ended', code: 2, bug: undefined, stdout: '', stderr: '', cpuSeconds: 0 } as const;
  test.each<[string, Partial<Outcome>]>([
    ['a bug', { code: undefined, bug: 'TypeError: no' }],
    ['an exit code that is not documented', { code: 7, stderr: 'error[usage]: x' }],
    ['a stack trace', { stderr: 'error[usage]: x\n    at main (file:///cli.ts:1:1)' }],
    ['a control character', { code: 0, stdout: 'a\u001b[2Jb' }],
    ['a password', { stderr: 'error[usage]: no-secret-in-output' }],
    ['silence', {}],
    ['a fault without a place', { stderr: 'error[ref-unknown]: there is no model "a"' }],
  ])('finds %s', (_, outcome) => {
    expect(findingsIn(['list'], { ...ended, ...outcome } as Outcome)).toHaveLength(1);
  });
});

test('broken projects and command lines end in documented ways', async () => {
  const findings = await fuzz(1, 120, limitMs);
  expect(findings.map(findingText)).toEqual([]);
}, 300_000);
