import type { Outcome } from './player.ts';

/** Faults that no file of the project is to blame for. */
const placeless = new Set([
  'usage', 'project-not-found', 'selection-invalid', 'selection-empty', 'target-unknown', 'database-unavailable', 'database-locked', 'nothing-published',
  'query-empty', 'query-writes', 'system', 'relation-missing', 'many-statements', 'var-unknown', 'cluster-unknown', 'source-empty', 'relation-foreign',
]); // prettier-ignore

const exitCodes: readonly (number | undefined)[] = [0, 1, 2, 3, 4];

/** What only a program says that did not foresee its input. */
const unforeseen = /Maximum call stack|RangeError|TypeError|Cannot read prop|is not a function|is not iterable|of undefined|\[object Object\]|\n\s+at \S+ \(?(?:file|node):/; // prettier-ignore

/** What is wrong with how a command ended; empty when it ended as it should. A finding has the same words whenever it has the same cause. */
export function findingsIn(words: readonly string[], outcome: Outcome): string[] {
  const verb = words[0] ?? '';
  if (outcome.kind === 'crashed') return [`${verb}: the process ended: ${firstLine(outcome.said)}`];
  if (outcome.kind === 'late')
    return [`${verb}: takes too long${outcome.endsOnSigterm ? '' : ', and does not end on SIGTERM'}`];
  if (outcome.bug !== undefined) return [`${verb}: throws ${outcome.bug.split('\n').slice(0, 3).join(' ')}`];
  const { code, stdout, stderr } = outcome;
  const isData = words.some((word) => word === 'csv' || word === 'json');
  const found = [];
  if (!exitCodes.includes(code)) found.push(`${verb}: ends with exit code ${code}`);
  const phrase = unforeseen.exec(stderr)?.[0] ?? unforeseen.exec(stdout)?.[0];
  if (phrase !== undefined) found.push(`${verb}: says "${phrase.trim()}"`);
  if (control.test(stderr) || (!isData && control.test(stdout))) found.push(`${verb}: writes control characters`);
  if (`${stdout}${stderr}`.includes('no-secret-in-output')) found.push(`${verb}: writes a password`);
  if (code !== 0 && stdout.trim() === '' && stderr.trim() === '') found.push(`${verb}: fails without a word`);
  return [...found, ...faultsWithoutPlace(stderr).map((fault) => `${verb}: no place in ${fault}`)];
}

// oxlint-disable-next-line no-control-regex
const control = /[\0-\x08\x0b-\x1f\x7f-\x9f]/;

function faultsWithoutPlace(stderr: string): string[] {
  const blocks = stderr.split(/\n\n(?=(?:error|warning)\[)|^(?=(?:error|warning)\[)/m);
  return blocks.flatMap((block) => {
    const code = /^(?:error|warning)\[([a-z-]+)\]/.exec(block)?.[1];
    return code === undefined || placeless.has(code) || block.includes('\n  --> ') ? [] : [firstLine(block)];
  });
}

/** The first line, without what differs from case to case. */
function firstLine(text: string): string {
  const line = text.trim().split('\n')[0] ?? '';
  return line.replace(/"[^"]*"|'[^']*'|\d+/g, '…').slice(0, 160);
}
