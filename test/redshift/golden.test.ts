import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { TestProject } from '../support/project.ts';
import { arrive, sample, sparkify } from '../sparkify/sparkify.ts';
import { rawParts } from '../sparkify/compare.ts';

const golden = (name: string): string => join(import.meta.dirname, 'golden', `${name}.sql`);
const late = 'log_data/2018/11/2018-11-30-events.json';

/** The statements of a run that writes, as they went to the warehouse, with fixed words for what differs each time. */
function statementsOf(own: TestProject): string {
  const statements = own.events.flatMap((event) =>
    event.type === 'statement' && !/^\s*select\b/.test(event.sql) ? [[event.uniqueId ?? 'the run', event.sql]] : [],
  );
  return `${statements.map(([of, sql]) => `-- ${of}\n${settled(sql ?? '')};`).join('\n\n')}\n`;
}

function settled(sql: string): string {
  return (
    sql
      .replace(/\br[0-9a-z]{9}\b(?=[_"'/])/g, 'rrun000001')
      .replace(/__r[0-9a-z]{9}/g, '__rrun000001')
      // After the ids of runs, which may have a short name in them by chance.
      .replaceAll(hostname(), 'machine')
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?/g, '2026-01-01 00:00:00')
      .replace(/'[0-9a-f]{40}(\.[0-9a-f]{16})?'/g, "'fingerprint'")
  );
}

async function publish(own: TestProject): Promise<string> {
  await own.publish({ threads: 1 });
  return statementsOf(own);
}

test('the statements of a first run and of one that adds a day are those that were looked through', async () => {
  const own = sparkify('redshift');
  arrive(own, sample, rawParts);
  own.remove(`seeds/${late}`);
  await expect(await publish(own)).toMatchFileSnapshot(golden('first-run'));
  arrive(own, sample, [late]);
  await expect(await publish(own)).toMatchFileSnapshot(golden('later-run'));
}, 60_000);

/** What sqlfluff 1.4.5, that of Debian, is known not to read; a hundred nested calls take it minutes and more stack than it has. */
const unread = /^(?:lock |analyze )|replace\(replace\(/;

/** Where sqlfluff cannot read statements as Redshift's. */
function unreadable(sql: string): string[] {
  const options = ['lint', '--dialect', 'redshift', '--rules', 'L001', '--format', 'json', '-'];
  const { stdout } = spawnSync('sqlfluff', options, { input: sql, encoding: 'utf8' });
  const files = JSON.parse(stdout) as { violations: { code: string; line_no: number; description: string }[] }[];
  const violations = files.flatMap((file) => file.violations).filter(({ code }) => code === 'PRS');
  return violations.map(({ line_no, description }) => `${line_no}: ${description}`);
}

describe('as Redshift, by the grammar of sqlfluff,', () => {
  const found = spawnSync('sqlfluff', ['--version'], { encoding: 'utf8' });
  const why = found.status === 0 ? undefined : 'sqlfluff is not on this machine: apt-get install sqlfluff';
  const lints = (name: string, lint: () => void): void =>
    test(
      why === undefined ? name : `${name} (skipped: ${why})`,
      ({ skip }) => {
        if (why !== undefined) return skip(why);
        lint();
      },
      120_000,
    );

  for (const name of ['first-run', 'later-run'])
    lints(`the statements of a ${name} can be read`, () => {
      const all = readFileSync(golden(name), 'utf8').split(/;\n+(?=--|$)/);
      const readable = all.filter((statement) => !unread.test(statement.replace(/^--.*\n/gm, '')));
      expect(unreadable(`${readable.join(';\n\n')}\n`)).toEqual([]);
    });

  lints('nonsense cannot', () => {
    expect(unreadable('create table songs (id integer) diststyle banana;\n')).toHaveLength(1);
  });
});
