import { describe, expect, test } from 'vitest';
import { FaultError } from '../../runner/core/fault.ts';
import { copied } from '../../runner/core/mapped-text.ts';
import { readingStatement } from '../../runner/materialize/reading.ts';

/** What becomes of a text: the statement that is sent, or the code and column of what is wrong. */
function read(text: string, escapesInTexts = false): string {
  try {
    return readingStatement(copied({ path: 'the query', text }), { escapesInTexts }).text;
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const [fault] = error.faults;
    const at = fault?.at !== undefined && 'line' in fault.at ? `:${fault.at.line}:${fault.at.column}` : '';
    return `${fault?.code}${at}`;
  }
}

describe('one statement that reads', () => {
  test.each([
    'select 1',
    'SELECT 1',
    'with x as (select 1) select * from x',
    'values (1)',
    'table things',
    'show tables',
    'explain select 1',
    'explain analyze verbose select 1',
    'explain (analyze, buffers) select 1',
    'explain (select 1)',
    '((select 1) union all (select 2))',
    '-- delete\n/* drop /* nested */ ; */ select 1',
    `select ';', ";", $$;$$, $x$ ; $$ ; $x$, E'\\';' -- ;`,
    `select E'a'\n'\\';delete'`,
    `select 'a\\', 'b'`,
    'select t.into, "delete" from t',
    'select 1 as into',
    'select count(delete) from t',
    'select (update in (1)), (insert is null), sum(merge order by merge) from t',
    'select trim(delete from name), substring(update from 2) from t',
    'select count(*) delete from t',
    'with delete as (select 1), update (insert) as (select 2) select count(*) merge from t',
    'with x as (select count(*) update from t) select 1',
    'select f(with_x) from (with x as (select 1) select f(1) update from x) t',
    'select (with x as (select 1) select max(id) from x), (t.id) update from t',
    "select e from t where e = 'x'",
    'select id from t for update',
  ])('%s is taken', (sql) => {
    const sent = read(sql);
    expect(sql.includes(sent) && sent.length > 0 && !sent.includes('query-writes')).toBe(true);
    expect(read(`${sent};`)).toBe(sent);
  });

  test('blanks, comments and semicolons around it are not sent', () => {
    expect(read(' ; -- first\n select 1 /* one */ ; -- done\n ; ')).toBe('select 1');
  });
});

describe('what is not', () => {
  test.each([
    ['', 'query-empty:1:1'],
    [' -- nothing\n /* at /* all */ */ ;; ', 'query-empty:1:1'],
    ['select 1; select 2', 'many-statements:1:11'],
    ["select 'a'';' ;\n select 2", 'many-statements:2:2'],
    [`select E'\\\\'; select 2`, 'many-statements:1:15'],
    [`select 'a\\'; select 2 --'`, 'many-statements:1:14'],
    ['select $a$;$b$; select 2 $a$; select 3', 'many-statements:1:31'],
    ['select 1 /* /* */ ; */; select 2', 'many-statements:1:25'],
    ['delete from t', 'query-writes:1:1'],
    ['-- look\n  drop table t', 'query-writes:2:3'],
    ['/* look */ truncate t', 'query-writes:1:12'],
    ["copy t to '/tmp/x'", 'query-writes:1:1'],
    ["copy (select 1) to '/tmp/x'", 'query-writes:1:1'],
    ["unload ('select 1') to 's3://x'", 'query-writes:1:1'],
    ['call work()', 'query-writes:1:1'],
    ["attach 'x' as y", 'query-writes:1:1'],
    ["export database 'x'", 'query-writes:1:1'],
    ['install httpfs', 'query-writes:1:1'],
    ['load httpfs', 'query-writes:1:1'],
    ['pragma enable_profiling', 'query-writes:1:1'],
    ['set threads = 1', 'query-writes:1:1'],
    ['commit', 'query-writes:1:1'],
    ['do $$ begin end $$', 'query-writes:1:1'],
    ['execute plan', 'query-writes:1:1'],
    ['(delete from t)', 'query-writes:1:2'],
    ['explain delete from t', 'query-writes:1:9'],
    ['explain analyze delete from t', 'query-writes:1:17'],
    ['explain (analyze, format json) delete from t', 'query-writes:1:32'],
    ['explain analyze create table u as select 1', 'query-writes:1:17'],
    ['with x as (delete from t returning id) select * from x', 'query-writes:1:12'],
    ['with x as materialized (insert into t values (1) returning id) select 1', 'query-writes:1:25'],
    ['with x as (update t set id = 1 returning id) select 1', 'query-writes:1:12'],
    ['with x as (select 1) delete from t', 'query-writes:1:22'],
    ['with x as (select 1) insert into t select 1', 'query-writes:1:22'],
    ['with x (a, b) as not materialized (merge into t using u on true) select 1', 'query-writes:1:36'],
    ['with recursive x as (select 1), y as (values (1)) delete from t', 'query-writes:1:51'],
    ['with x as (with y as (select 1) delete from t returning id) select 1', 'query-writes:1:33'],
    ['(with x as (select 1) update t set id = 1)', 'query-writes:1:23'],
    ['select 1 as id into copied_things', 'query-writes:1:16'],
    ['select * into temp copied_things from t', 'query-writes:1:10'],
    ['explain analyze select 1 into u', 'query-writes:1:26'],
  ])('%s is refused', (sql, found) => {
    expect(read(sql)).toBe(found);
  });
});

test('where a backslash escapes in every text, a quote behind one ends nothing', () => {
  expect(read(`select 'a\\'; delete from t; --'`, true)).toBe(`select 'a\\'; delete from t; --'`);
  expect(read(`select '\\'' ; delete from t --'`, true)).toBe('many-statements:1:15');
});
