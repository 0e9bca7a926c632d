import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('the policy in the documentation allows every call that is made', () => {
  const [, json = ''] =
    /<!-- policy -->\n```json\n([^]*?)```/.exec(readFileSync(join(root, 'docs/cluster.md'), 'utf8')) ?? [];
  const { Statement } = JSON.parse(json) as { Statement: { Action: string | string[] }[] };
  const allowed = new Set(Statement.flatMap(({ Action }) => Action));
  const folder = join(root, 'runner/cluster');
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  const made = sources.flatMap((text) =>
    [...text.matchAll(/aws\.call\(\s*'([^']+)'/g)].map(([, action = '']) => action),
  );
  expect(made.length).toBeGreaterThan(50);
  // Who one is may be asked by everybody.
  expect([...new Set(made)].filter((action) => action !== 'sts:GetCallerIdentity' && !allowed.has(action))).toEqual([]);
});
