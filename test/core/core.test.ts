import { describe, expect, test } from 'vitest';
import { columnTypeText, parseColumnType } from '../../runner/core/column-type.ts';
import { ancestors, cycles, dagOf, descendants, heights, topological } from '../../runner/core/dag.ts';
import { locationAt, offsetOf } from '../../runner/core/location.ts';
import { concat, copied, locate, slice, trim } from '../../runner/core/mapped-text.ts';
import { nearest, suggestion } from '../../runner/core/nearest.ts';
import { runSchedule } from '../../runner/run/scheduler.ts';
import { sqlTokens } from '../../runner/core/sql-tokens.ts';

const dag = (edges: Record<string, string[]>) => dagOf(new Map(Object.entries(edges)));

describe('a graph', () => {
  const diamond = dag({ d: ['b', 'c'], c: ['a'], b: ['a'], a: [], z: [] });

  test('is sorted parents first, and always in the same order', () => {
    expect(topological(diamond)).toEqual(['a', 'z', 'b', 'c', 'd']);
  });

  test('knows what is above and below, as far as is asked for', () => {
    expect([...ancestors(diamond, ['d'])].sort()).toEqual(['a', 'b', 'c']);
    expect([...ancestors(diamond, ['d'], 1)].sort()).toEqual(['b', 'c']);
    expect([...descendants(diamond, ['a'])].sort()).toEqual(['b', 'c', 'd']);
    expect([...descendants(diamond, ['a', 'b'], 1)].sort()).toEqual(['b', 'c', 'd']);
  });

  test('knows the longest path below each node', () => {
    expect(Object.fromEntries(heights(diamond))).toEqual({ a: 3, b: 2, c: 2, d: 1, z: 1 });
  });

  test('shows the shortest of its cycles, one for each knot', () => {
    expect(cycles(diamond)).toEqual([]);
    expect(cycles(dag({ a: ['b'], b: ['c', 'a'], c: ['a'], below: ['a'], x: ['x'] }))).toEqual([
      ['a', 'b', 'a'],
      ['x', 'x'],
    ]);
  });

  test('of which ten thousand nodes stand below a cycle, or form one, gives the cycle at once', () => {
    const below = new Map(Array.from({ length: 10_000 }, (_, i) => [`n${i}`, [i === 0 ? 'x' : `n${i - 1}`]]));
    expect(cycles(dagOf(new Map([...below, ['x', ['y']], ['y', ['x']]])))).toEqual([['x', 'y', 'x']]);
    expect(cycles(dagOf(new Map([...below, ['n0', ['n9999']]])))[0]).toHaveLength(10_001);
  });

  test('of ten thousand nodes in a chain is no trouble', () => {
    const chain = dag(
      Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`n${i}`, i === 0 ? [] : [`n${i - 1}`]])),
    );
    expect(topological(chain)).toHaveLength(10_000);
    expect(heights(chain).get('n0')).toBe(10_000);
  });
});

describe('a schedule', () => {
  const run = async (edges: Record<string, string[]>, threads: number, fails: readonly string[] = []) => {
    const log: string[] = [];
    let running = 0;
    let most = 0;
    await runSchedule({
      dag: dag(edges),
      threads,
      signal: new AbortController().signal,
      work: async (name) => {
        log.push(name);
        most = Math.max(most, ++running);
        await Promise.resolve();
        running--;
        return fails.includes(name) ? 'failed' : 'done';
      },
      skipped: (name, because) => log.push(`${name} skipped for ${because}`),
    });
    return { log, most };
  };

  test('works parents first, the longest path first, on no more threads than it has', async () => {
    const { log, most } = await run({ a: [], b: [], c: ['b'], d: ['c'], e: ['a', 'd'] }, 2);
    expect(log).toEqual(['b', 'a', 'c', 'd', 'e']);
    expect(most).toBe(2);
  });

  test('skips what is below a failed node, and goes on with the rest', async () => {
    const { log } = await run({ a: [], b: ['a'], c: ['b'], d: [] }, 1, ['a']);
    expect(log).toEqual(['a', 'b skipped for a', 'c skipped for a', 'd']);
  });

  test('starts nothing more once it is stopped', async () => {
    const controller = new AbortController();
    const log: string[] = [];
    await runSchedule({
      dag: dag({ a: [], b: ['a'], c: [] }),
      threads: 1,
      signal: controller.signal,
      work: async (name) => {
        log.push(name);
        controller.abort();
        return 'done';
      },
      skipped: (name, because) => log.push(`${name} skipped for ${because}`),
    });
    expect(log).toEqual(['a', 'b skipped for undefined', 'c skipped for undefined']);
  });

  test('that meets a bug starts nothing more, lets what runs come to its end, and throws it', async () => {
    const log: string[] = [];
    let finish = (): void => undefined;
    const end = runSchedule({
      dag: dag({ a: [], b: [], c: [] }),
      threads: 2,
      signal: new AbortController().signal,
      work: async (name) => {
        log.push(name);
        if (name === 'a') throw new Error('a bug');
        await new Promise<void>((resolve) => (finish = resolve));
        log.push(`${name} ended`);
        return 'done';
      },
      skipped: (name) => log.push(`${name} skipped`),
    });
    await Promise.resolve();
    finish();
    await expect(end).rejects.toThrow('a bug');
    expect(log).toEqual(['a', 'b', 'b ended']);
  });
});

describe('a misspelt name', () => {
  test.each([
    ['songplay', 'songplays'],
    ['SONGS', 'songs'],
    ['tiem', 'time'],
    ['xyz', undefined],
  ])('%s was meant to be %s', (name, meant) => {
    expect(nearest(name, ['songplays', 'songs', 'time', 'users'])).toBe(meant);
  });

  test.each([
    ['Songs', 'did you mean "songs"? upper and lower case are different here'],
    ['songs\u200b', 'did you mean "songs"? they differ only in blanks or invisible characters'],
    ['so ngs', 'did you mean "songs"? they differ only in blanks or invisible characters'],
    ['songs', undefined],
  ])('%j is never answered with itself, and what is easily overlooked is named', (name, hint) => {
    expect(suggestion(name, ['songs', 'time'])).toBe(hint);
  });

  test('that is like nothing gets the whole list, if it is short', () => {
    expect(suggestion('xyz', ['b', 'a'])).toBe('known here: a, b');
    expect(
      suggestion(
        'xyz',
        Array.from({ length: 20 }, (_, i) => `name${i}`),
      ),
    ).toBeUndefined();
  });
});

describe('a column type', () => {
  test.each([
    ['VARCHAR ( 32 )', 'varchar(32)'],
    ['text', 'varchar(256)'],
    ['varchar(max)', 'varchar(65535)'],
    ['char', 'char(1)'],
    ['int4', 'integer'],
    ['double   precision', 'double precision'],
    ['numeric', 'decimal(18,0)'],
    ['decimal(9)', 'decimal(9,0)'],
    ['numeric(9, 5)', 'decimal(9,5)'],
    ['timestamp without time zone', 'timestamp'],
  ])('%s is %s', (text, expected) => {
    const type = parseColumnType(text);
    expect(type === undefined ? undefined : columnTypeText(type)).toBe(expected);
  });

  test.each(['varchar(0)', 'varchar(65536)', 'decimal(39)', 'decimal(5,6)', 'decimal(5,x)', 'integer(4)', 'jsonb', ''])(
    '%s is none of Redshift',
    (text) => {
      expect(parseColumnType(text)).toBeUndefined();
    },
  );
});

describe('text that knows where it was written', () => {
  const origin = { path: 'a.sql', text: 'one\ntwo\nthree' };

  test('still knows when it is cut and put together', () => {
    const whole = concat(
      '(',
      trim(copied({ ...origin, text: `  ${origin.text}\n` })),
      ') as x, ',
      slice(copied(origin), 4, 7),
    );
    const at = (needle: string) =>
      locate(whole, whole.text.lastIndexOf(needle)).map(({ line, column }) => [line, column]);
    expect(whole.text).toBe('(one\ntwo\nthree) as x, two');
    expect(at('three')).toEqual([[3, 1]]);
    expect(at('wo')).toEqual([[2, 2]]);
    expect(at(') as')).toEqual([]);
  });

  test.each([
    [0, 1, 1],
    [3, 1, 4],
    [4, 2, 1],
    [13, 3, 6],
    [99, 3, 6],
  ])('offset %i is line %i, column %i', (offset, line, column) => {
    expect(locationAt(origin, offset)).toMatchObject({ line, column });
    expect(offsetOf(origin.text, line, column)).toBe(Math.min(offset, 13));
  });
});

describe('the tokens of a statement', () => {
  const long = 5_000_000;
  test.each([
    ['a text', `'${'x'.repeat(long)}'`],
    ['a text with quotes in it', `'${"''".repeat(long)}'`],
    ['a text with escapes', `e'${String.raw`\'`.repeat(long)}'`],
    ['a name', `"${'""'.repeat(long)}"`],
    ['a text that is not closed', `'${'x'.repeat(long)}`],
    ['a text between dollars', `$a$${'$'.repeat(long)}$a$`],
    ['a word', 'x'.repeat(long)],
  ])('hold %s as one, however long', (_, token) => {
    expect(sqlTokens(token, false).map(({ text }) => text.length)).toEqual([token.length]);
  });

  test('leave out comments, however deep they are nested', () => {
    const comment = '/*'.repeat(100_000) + '*/'.repeat(100_000);
    expect(sqlTokens(`select${comment}1`, false).map(({ text }) => text)).toEqual(['select', '1']);
    expect(sqlTokens('('.repeat(100_000), false)).toHaveLength(100_000);
  });
});
