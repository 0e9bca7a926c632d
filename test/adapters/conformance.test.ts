import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { FaultError } from '../../runner/core/fault.ts';
import type { Engine } from '../support/project.ts';
import { engines, TestProject } from '../support/project.ts';
import { probes } from './conformance.ts';

const root = join(import.meta.dirname, '../..');
const session = (engine: Engine) => readFileSync(join(root, `macros/${engine}/session.sql`), 'utf8');

describe.each(engines)('on %s', (engine) => {
  const end: (() => unknown)[] = [];
  let shop: TestProject;
  beforeAll(async () => {
    shop = new TestProject(
      {
        [`macros/${engine}/session.sql`]: session(engine),
        'seeds/sorted.csv': 'title\na\nB\n',
        'seeds/accented.csv': 'title\nÉCOLE\n',
      },
      engine,
      (work) => void end.push(work),
    );
    await shop.publish();
    return async () => {
      for (const work of end.toReversed()) await work();
    };
  });

  /** The one value that a query gives, as text. */
  const answer = async (sql: string): Promise<string> => {
    try {
      const { rows } = await shop.query(sql);
      return String(rows[0]?.[0]);
    } catch (error) {
      if (error instanceof FaultError) return 'error';
      throw error;
    }
  };

  describe.each(Object.entries(probes))('%s', (_, list) => {
    test.each(list)('$what', async (probe) => {
      const verdict = probe[engine];
      const found = await answer(probe.sql);
      if (verdict === 'same') expect(found).toBe(probe.redshift);
      else if (verdict === 'refused') expect(found).toBe('error');
      else expect(found).not.toBe(probe.redshift);
      if (typeof verdict === 'object' && !verdict.instead.includes(' ')) expect(found).toBe(verdict.instead);
    });
  });
});
