/**
 * Gives the program broken projects and command lines, and reports what it did not foresee: a stack trace, a crash, more
 * than `--limit` seconds, an exit code that is not documented, a fault without a place, a control character on the terminal.
 * npm run test:fuzz -- --seed 7 --runs 20000
 */
import { parseArgs } from 'node:util';
import { findingText, fuzz } from './fuzz.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '2000' },
    limit: { type: 'string', default: '5' },
  },
});
const { seed, runs, limit } = values;
const report = (finding: Parameters<typeof findingText>[0]): void => console.log(`${findingText(finding)}\n`);
const findings = await fuzz(Number(seed), Number(runs), Number(limit) * 1000, report);
console.log(`seed ${seed}, ${runs} cases, ${limit} s a command: ${findings.length} findings`);
process.exitCode = findings.length === 0 ? 0 : 1;
