/** What an engine makes of what Redshift would do: the same; something else, that is told; or it refuses. */
export type Verdict = 'same' | 'refused' | { readonly instead: string };

/** A function or behaviour of Redshift, and how it is with the other engines. `docs/targets.md` lists them. */
export interface Probe {
  readonly what: string;
  /** A query of one value. */
  readonly sql: string;
  /** What Redshift gives, as text; `error` when it refuses. From Amazon's documentation, not from a cluster. */
  readonly redshift: string;
  readonly duckdb: Verdict;
  readonly postgres: Verdict;
}

const both = (what: string, sql: string, redshift: string): Probe => ({
  what,
  sql,
  redshift,
  duckdb: 'same',
  postgres: 'same',
});

const some = (what: string, sql: string, redshift: string, duckdb: Verdict, postgres: Verdict): Probe => ({
  what,
  sql,
  redshift,
  duckdb,
  postgres,
});

const numbers: readonly Probe[] = [
  both('whole numbers divide to whole numbers', 'select 7 / 2', '3'),
  some('division by zero', 'select 1 / 0', 'error', { instead: 'null' }, 'same'),
  some(
    'an exponent in a text that is cast to an integer',
    "select cast('1.5e3' as integer)",
    'error',
    { instead: '1500' },
    'same',
  ),
  both('`round`, half away from zero', 'select cast(round(2.5) as integer)', '3'),
  both('`mod`, the sign of the first', 'select mod(-7, 3)', '-1'),
  some('`median`', 'select cast(median(n) as integer) from (values (1), (2), (9)) as v(n)', '2', 'same', 'refused'),
  some(
    '`approximate count(distinct …)`',
    'select approximate count(distinct n) from (values (1)) as v(n)',
    '1',
    'refused',
    'refused',
  ),
];

const texts: readonly Probe[] = [
  both('text columns are compared byte by byte', 'select min(title) from sorted', 'B'),
  some('texts that stand in the query are', "select cast('a' < 'B' as varchar(5))", 'false', 'same', {
    instead: 'as the database sorts',
  }),
  some(
    'blanks at the end count for nothing',
    "select cast('a ' = 'a' as varchar(5))",
    'true',
    { instead: 'false' },
    { instead: 'false' },
  ),
  both('`octet_length` is in bytes, `len` in characters', "select octet_length('é') * 10 + len('é')", '21'),
  both('`lower`, `upper`, `initcap` of any letter', 'select lower(title) from accented', 'école'),
  both('joining a text with a null is null', "select coalesce('a' || null, 'null')", 'null'),
  some(
    '`concat` with a null',
    "select coalesce(concat('a', null), 'null')",
    'null',
    { instead: 'a' },
    { instead: 'a' },
  ),
  both('`split_part`', "select split_part('a-b-c', '-', 2)", 'b'),
  both(
    '`charindex`, `strpos`, `position`',
    "select charindex('b', 'abc') + strpos('abc', 'b') + position('b' in 'abc')",
    '6',
  ),
  both('`substring` from before the beginning', "select substring('abc', 0, 2)", 'a'),
  both('`regexp_substr`', "select regexp_substr('abc-123', '[0-9]+')", '123'),
  some('`~` finds a part', "select cast('abc' ~ 'b' as varchar(5))", 'true', { instead: 'false' }, 'same'),
  both('`md5`', "select md5('a')", '0cc175b9c0f1b6a831c399e269772661'),
  both('`listagg`', "select listagg(x, ',') from (values ('a')) as v(x)", 'a'),
  both('`listagg` leaves out nulls', "select listagg(x, '-') from (values ('a'), (null), ('a')) as v(x)", 'a-a'),
  both(
    '`listagg` of nothing',
    "select nvl(listagg(x, ','), 'null') from (values (cast(null as varchar(1)))) as v(x)",
    'null',
  ),
  some(
    '`listagg` of more than 65535 bytes',
    "select len(listagg(x, ',')) from (select repeat('a', 10000) as x from (values (1), (2), (3), (4), (5), (6), (7)) as v(i)) as w",
    'error',
    { instead: '70006' },
    'same',
  ),
  some(
    '`listagg … within group`',
    "select listagg(x, ',') within group (order by x desc) from (values ('a'), ('b')) as v(x)",
    'b,a',
    'refused',
    'refused',
  ),
  some('`decode` by cases', "select decode(1, 1, 'one', 'other')", 'one', 'refused', 'refused'),
];

const times: readonly Probe[] = [
  both(
    "`timestamp 'epoch' + …`, whole seconds",
    "select cast(timestamp 'epoch' + (1541105830796 / 1000) * interval '1 second' as varchar(19))",
    '2018-11-01 20:57:10',
  ),
  both('weekday 0 is Sunday', "select cast(extract(dow from date '2018-11-04') as integer)", '0'),
  both('weeks are those of ISO', "select cast(extract(week from date '2018-11-04') as integer)", '44'),
  both(
    '`date_trunc` to a Monday',
    "select cast(cast(date_trunc('week', timestamp '2018-11-04 10:00:00') as date) as varchar(10))",
    '2018-10-29',
  ),
  both(
    "`datediff('day', …)` counts midnights",
    "select datediff('day', timestamp '2018-11-01 23:59:00', timestamp '2018-11-03 00:01:00')",
    '2',
  ),
  both(
    "`datediff('month', …)` counts firsts",
    "select datediff('month', timestamp '2018-01-31', timestamp '2018-03-01')",
    '2',
  ),
  both(
    "`dateadd('month', …)` stays in the month",
    "select cast(dateadd('month', 1, timestamp '2018-01-31') as varchar(19))",
    '2018-02-28 00:00:00',
  ),
  some(
    '`datediff(day, …)` without quotes',
    "select datediff(day, timestamp '2018-11-01', timestamp '2018-11-03')",
    '2',
    'refused',
    'refused',
  ),
  some(
    '`date_part(dow, …)` without quotes',
    "select cast(date_part(dow, timestamp '2018-11-04') as integer)",
    '0',
    'refused',
    'refused',
  ),
  both(
    '`getdate()` has no fraction of a second',
    'select cast(extract(millisecond from getdate()) as bigint) % 1000',
    '0',
  ),
  some('`sysdate`', 'select sysdate is not null', 'true', 'refused', 'refused'),
  some('`to_char`', "select to_char(timestamp '2018-11-04', 'YYYY-MM')", '2018-11', 'refused', 'same'),
  both('a date and a number of days', "select cast(date '2018-11-30' + 1 as varchar(10))", '2018-12-01'),
];

const queries: readonly Probe[] = [
  both(
    'nulls come last, and first when descending',
    'select n from (values (1), (null), (2)) as v(n) order by n desc limit 1',
    'null',
  ),
  both('`nvl`, `nvl2`', "select nvl(null, 'a') || nvl2(1, 'b', 'c')", 'ab'),
  some(
    '`qualify`',
    'select n from (values (1), (2)) as v(n) qualify row_number() over (order by n desc) = 1',
    '2',
    'same',
    'refused',
  ),
  some(
    'an alias in the list that defines it',
    'select b from (select 1 as a, a + 1 as b) as v',
    '2',
    'same',
    'refused',
  ),
  some('`select top 1`', 'select top 1 n from (values (1)) as v(n)', '1', 'refused', 'refused'),
  some(
    '`select distinct on`',
    'select distinct on (n) n from (values (1)) as v(n)',
    'error',
    { instead: '1' },
    { instead: '1' },
  ),
  both(
    'a window with an order and no frame goes up to the row',
    'select max(s) from (select sum(n) over (order by n rows unbounded preceding) as s from (values (1), (2)) as v(n)) as sums',
    '3',
  ),
];

export const probes: Readonly<Record<string, readonly Probe[]>> = {
  Numbers: numbers,
  Text: texts,
  'Dates and times': times,
  Queries: queries,
};

const words = (verdict: Verdict): string =>
  typeof verdict === 'string'
    ? verdict
    : `${verdict.instead.includes(' ') ? verdict.instead : `\`${verdict.instead}\``} instead`;

/** The table of `docs/targets.md`. */
export function conformanceTable(): string {
  const rows = Object.entries(probes).flatMap(([group, list]) => [
    `| **${group}** | | | |`,
    ...list.map(
      ({ what, redshift, duckdb, postgres }) =>
        `| ${what} | ${redshift === 'error' ? 'an error' : `\`${redshift}\``} | ${words(duckdb)} | ${words(postgres)} |`,
    ),
  ]);
  return ['| | Redshift | DuckDB | PostgreSQL |', '|---|---|---|---|', ...rows].join('\n');
}
