import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

/** What the policy in a page of the documentation allows. */
function allowedIn(page: string): ReadonlySet<string> {
  const text = readFileSync(join(root, page), 'utf8');
  const [, json = ''] = /<!-- policy -->\n\s*```json\n([^]*?)```/.exec(text) ?? [];
  const { Statement } = JSON.parse(json) as { Statement: { Action: string | string[] }[] };
  return new Set(Statement.flatMap(({ Action }) => Action));
}

function sources(folder: string): string[] {
  const files = readdirSync(join(root, folder)).filter((file) => file.endsWith('.ts'));
  return files.map((file) => readFileSync(join(root, folder, file), 'utf8'));
}

test('the policy in the documentation allows every call that is made', () => {
  const allowed = allowedIn('docs/cluster.md');
  const made = sources('runner/cluster').flatMap((text) =>
    [...text.matchAll(/aws\.call\(\s*'([^']+)'/g)].map(([, action = '']) => action),
  );
  expect(made.length).toBeGreaterThan(50);
  // Who one is may be asked by everybody.
  expect([...new Set(made)].filter((action) => action !== 'sts:GetCallerIdentity' && !allowed.has(action))).toEqual([]);
});

/** Rights whose name is not that of the call. */
const rights: Readonly<Record<string, string>> = { 's3:ListObjectsV2': 's3:ListBucket' };

/** The calls that a run makes: all commands that drivers and storage import from a client of AWS. */
function callsOfRuns(): string[] {
  const texts = [...sources('runner/adapters/drivers'), ...sources('runner/storage')];
  const imports = texts.flatMap((text) => [...text.matchAll(/import \{([^}]+)\} from '@aws-sdk\/client-([\w-]+)'/g)]);
  return imports.flatMap(([, names = '', service = '']) =>
    [...names.matchAll(/\b(\w+)Command\b/g)].map(([, call = '']) => {
      const action = `${service === 'secrets-manager' ? 'secretsmanager' : service}:${call}`;
      return rights[action] ?? action;
    }),
  );
}

test('the policy of a run allows every call that a run makes, by every way to log in', () => {
  const calls = callsOfRuns();
  expect(calls).toContain('secretsmanager:GetSecretValue');
  expect(calls.length).toBeGreaterThan(10);
  const allowed = allowedIn('docs/redshift.md');
  expect(calls.filter((action) => !allowed.has(action))).toEqual([]);
});

test('the policy of a cluster allows what a run makes there, whose target logs in by the secret of the cluster', () => {
  const allowed = allowedIn('docs/cluster.md');
  const calls = callsOfRuns().filter((action) => !/Get(?:Cluster)?Credentials/.test(action));
  expect(calls.filter((action) => !allowed.has(action))).toEqual([]);
});
