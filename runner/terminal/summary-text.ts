import type { Fault } from '../core/fault.ts';
import type { PublishedChange } from '../core/run-event.ts';
import type { RunResult, Work } from '../core/run-result.ts';
import type { RunSummary } from '../run/run-models.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import { count, counted, secondsText } from './style.ts';
import { plainTable } from './table-text.ts';

/** The end of a run, as a person reads it. */
export function summaryText(summary: RunSummary, style: Style, forTarget: (hint: string) => string): string {
  const blocks = [
    testsText(summary.results, style),
    outcomeText(summary, style),
    changesText(summary.changes, style),
    staleText(summary.stale, style, forTarget),
    timesText(summary),
  ];
  return blocks.filter((block) => block !== '').join('\n\n');
}

function testsText(results: readonly RunResult[], style: Style): string {
  const tests = results.filter((result) => result.work === 'test');
  if (tests.length === 0) return '';
  const colours = { pass: style.green, warn: style.yellow, fail: style.red, error: style.red, skipped: style.dim };
  const words = { pass: 'passed', warn: 'warned', fail: 'failed', error: 'could not run', skipped: 'skipped' };
  const parts = (Object.keys(words) as (keyof typeof words)[]).flatMap((status) => {
    const found = tests.filter((result) => result.status === status).length;
    return found === 0 ? [] : [colours[status](`${count(found)} ${words[status]}`)];
  });
  return [`tests: ${parts.join(', ')}`, ...skippedLines(tests, style)].join('\n');
}

/** Tests that did not come to run, by the reason: one table that fails takes many with it. */
function skippedLines(tests: readonly RunResult[], style: Style): string[] {
  const skipped = tests.filter((result) => result.status === 'skipped');
  return [...new Set(skipped.map((result) => result.message ?? ''))].map((reason) => {
    const names = skipped.filter((result) => result.message === reason).map((result) => result.name);
    const more = names.length > 3 ? ` and ${count(names.length - 3)} more` : '';
    return style.dim(`  skipped, ${printable(reason)}: ${names.slice(0, 3).join(', ')}${more}`);
  });
}

function outcomeText({ outcome, results, changes, faults }: RunSummary, style: Style): string {
  switch (outcome) {
    case 'tested':
      return '';
    case 'interrupted':
      return style.yellow(
        faults.length > 0
          ? 'stopped while it published'
          : 'stopped: nothing was published, readers see what they saw before',
      );
    case 'held':
      return style.red(
        `nothing was published: ${heldBy(results, faults).join(', ')}; readers see what they saw before`,
      );
    case 'published': {
      const written = changes.filter((change) => change.how !== 'nothing').length;
      const same = changes.length - written;
      return style.green(`published ${counted(written, 'relation')}${same > 0 ? `, ${count(same)} unchanged` : ''}`);
    }
  }
}

/** Counts nodes and tests, and says so: one of them may have several of the errors that are counted above. */
function heldBy(results: readonly RunResult[], faults: readonly Fault[]): string[] {
  const of = (status: RunResult['status'], isTest: boolean): number =>
    results.filter((result) => result.status === status && (result.work === 'test') === isTest).length;
  const part = (found: number, noun: string, what: string): string[] =>
    found === 0 ? [] : [`${counted(found, noun)} ${what}`];
  return [
    ...part(of('error', false), 'node', 'failed'),
    ...part(of('error', true), 'test', 'could not run'),
    ...part(of('fail', true), 'test', 'failed'),
    ...(faults.length > 0 ? ['the publish was refused'] : []),
    ...part(of('skipped', false), 'node', 'skipped'),
  ];
}

function changesText(changes: readonly PublishedChange[], style: Style): string {
  const written = changes.filter((change) => change.how !== 'nothing');
  if (written.length === 0) return '';
  const rows = written.map(({ relation, how, changes: rowChanges }) => {
    if (how === 'replace view') return [relation, 'view', '', '', ''];
    if (rowChanges === undefined) return [relation, 'replaced', '', '', ''];
    return [
      relation,
      '',
      `+${count(rowChanges.added)}`,
      `~${count(rowChanges.changed)}`,
      `-${count(rowChanges.removed)}`,
    ];
  });
  return plainTable([['', '', 'added', 'changed', 'removed'].map((cell) => style.dim(cell)), ...rows], [2, 3, 4]);
}

function staleText(stale: readonly string[], style: Style, forTarget: (hint: string) => string): string {
  if (stale.length === 0) return '';
  const them = stale.length === 1 ? 'it' : 'them';
  return `${style.yellow('now older than what they read:')} ${stale.join(', ')}\n${style.cyan('hint:')} ${forTarget(`build ${them} too: sparkify-run models ${stale.join(' ')}`)}`;
}

/** Where the time went. Nodes are worked on side by side, so their seconds together may be more than those in all. */
function timesText({ results, seconds, publishSeconds }: RunSummary): string {
  const sum = (work: Work): number =>
    results.filter((result) => result.work === work).reduce((total, result) => total + result.seconds, 0);
  const parts = [
    ['loading', sum('load')],
    ['building', sum('build')],
    ['testing', sum('test')],
    ['publishing', publishSeconds],
  ] as const;
  const worked = parts.filter(([, took]) => took > 0).map(([what, took]) => `${what} ${secondsText(took)}`);
  const slowest = results.toSorted((a, b) => b.seconds - a.seconds)[0];
  const slow =
    slowest === undefined || slowest.seconds < 1 ? [] : [`slowest ${slowest.name} ${secondsText(slowest.seconds)}`];
  const spent = [...worked, ...slow];
  return `${secondsText(seconds)} in all${spent.length === 0 ? '' : `; added up over threads: ${spent.join(', ')}`}`;
}
