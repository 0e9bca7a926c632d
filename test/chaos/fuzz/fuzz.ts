import fc from 'fast-check';
import { findingsIn } from './findings.ts';
import type { FuzzCase } from './fuzz-case.ts';
import { fuzzCases } from './fuzz-case.ts';
import { Player } from './player.ts';

/** Something wrong, and the smallest case at hand that shows it. */
export interface Finding {
  readonly what: string;
  readonly smallest: FuzzCase;
}

/** How many smaller cases are tried for a finding. */
const shrinkTries = 150;

/**
 * Plays `runs` cases drawn from `seed`, each command within `limitMs`. Gives every kind of finding once, with a case that was
 * made smaller. The same seed gives the same cases.
 */
export async function fuzz(seed: number, runs: number, limitMs: number, report: (finding: Finding) => void = () => undefined): Promise<Finding[]> {
  const player = new Player(limitMs);
  const findings: Finding[] = [];
  try {
    for (let [played, round] = [0, 0]; played < runs; round++) {
      const result = await hunt(player, seed + round, runs - played, new Set(findings.map(({ what }) => what)));
      played += result.played;
      if (result.finding === undefined) break;
      findings.push(result.finding);
      report(result.finding);
    }
    return findings;
  } finally {
    player.close();
  }
} // prettier-ignore

/** Plays cases up to the first finding that is not known, and makes its case smaller. */
async function hunt(player: Player, seed: number, runs: number, known: ReadonlySet<string>): Promise<{ played: number; finding: Finding | undefined }> {
  let [played, tries] = [0, 0];
  let finding: Finding | undefined;
  const property = fc.asyncProperty(fuzzCases, async (fuzzCase) => {
    if (finding === undefined) played++;
    else if (++tries > shrinkTries) return true;
    const found = await findingsOf(player, fuzzCase);
    const what = found.find((each) => (finding === undefined ? !known.has(each) : each === finding.what));
    if (what !== undefined) finding = { what, smallest: fuzzCase };
    return what === undefined;
  });
  const { failed, errorInstance } = await fc.check(property, { seed, numRuns: runs });
  if (failed && finding === undefined) throw new Error('a case could not be played', { cause: errorInstance });
  return { played, finding };
} // prettier-ignore

async function findingsOf(player: Player, fuzzCase: FuzzCase): Promise<string[]> {
  const outcomes = await player.play(fuzzCase);
  return outcomes.flatMap((outcome, i) => findingsIn(fuzzCase.commands[i] ?? [], outcome));
}

/** A finding as text, with the files that differ from the sound project. */
export function findingText({ what, smallest }: Finding): string {
  const files = Object.entries(smallest.changes).map(([path, entry]) => {
    const content = entry.kind === 'text' ? JSON.stringify(entry.text.slice(0, 3000)) : entry.kind === 'bytes' ? Buffer.from(entry.bytes).toString('hex') : entry.kind;
    return `  ${path}: ${content}`;
  });
  const lines = smallest.commands.map((words) => `  sparkify-run ${words.map((word) => JSON.stringify(word.slice(0, 200))).join(' ')}`);
  return [what, ...lines, ...files].join('\n');
} // prettier-ignore
