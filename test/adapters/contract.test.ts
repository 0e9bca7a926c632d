import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Adapter, OpenOptions } from '../../runner/adapters/adapter.ts';
import { dialectOf, openAdapter } from '../../runner/adapters/adapter.ts';
import type { Cell, Connection } from '../../runner/adapters/driver.ts';
import { DatabaseError } from '../../runner/adapters/driver.ts';
import type { Target } from '../../runner/config/target.ts';
import { parseColumnType } from '../../runner/core/column-type.ts';
import type { Column } from '../../runner/core/node.ts';
import { ofRun } from '../../runner/materialize/names.ts';
import { Statements } from '../../runner/materialize/statements.ts';
import { dataTarget, testWarehouse, wireTarget } from '../redshift/make-warehouse.ts';
import { testDatabase } from '../support/postgres.ts';

/** A way to a warehouse that every test may open for itself; or why it cannot be opened here. */
interface Road {
  readonly name: string;
  readonly target: () => Promise<Target>;
  readonly skip?: string;
  /** Why nothing is known of where a statement was refused. */
  readonly placeless?: string;
  /** Why a second writer cannot be tried from within one process. */
  readonly lockedByProcess?: string;
}

const roads: readonly Road[] = [
  {
    name: 'duckdb',
    lockedByProcess: 'a file lock is one of processes: test/run/run.test.ts tries it with two',
    target: () => {
      const folder = mkdtempSync(join(tmpdir(), 'sparkify-contract-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      return Promise.resolve({ name: 'local', type: 'duckdb', path: join(folder, 'contract.duckdb') });
    },
  },
  {
    name: 'postgres',
    target: async () => {
      const { address, made } = testDatabase();
      await made;
      return { name: 'server', type: 'postgres', sslmode: 'disable', ...address };
    },
  },
  {
    name: 'redshift',
    target: async () => {
      const { warehouse, made } = testWarehouse();
      await made;
      return wireTarget(warehouse);
    },
  },
  {
    name: 'redshift-data',
    placeless: 'the Data API has no more than a sentence',
    target: async () => {
      const { warehouse, made } = testWarehouse();
      await made;
      return dataTarget(warehouse);
    },
  },
];

const options: OpenOptions = {
  projectDir: '.',
  access: 'write',
  holder: { command: 'contract', since: 'now', run: 'r00000test' },
  wait: undefined,
  signal: undefined,
  metaSchema: 'shop_meta',
  threads: 4,
};

const column = (name: string, type: string, notNull = false): Column => {
  const parsed = parseColumnType(type);
  if (parsed === undefined) throw new Error(`${type} is no type`);
  return { name, type: parsed, notNull };
};
const things = { schema: 'shop', identifier: 'things' };
const schema = 'create schema shop';

/** What a statement is refused with. */
async function refused(work: Promise<unknown>): Promise<DatabaseError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof DatabaseError) return error;
  throw new Error(`this was not refused by the database: ${String(error)}`);
}

describe.each(roads)('the adapter $name', ({ name, target, skip, placeless, lockedByProcess }) => {
  const opened = async (): Promise<Adapter> => {
    const adapter = await openAdapter(await target(), options);
    onTestFinished(() => adapter.driver.close());
    return adapter;
  };
  /** A sentence about one connection of the adapter. */
  const holds = (
    name: string,
    work: (connection: Connection, adapter: Adapter, sql: Statements) => Promise<void>,
  ): void => {
    test(skip === undefined ? name : `${name} (skipped: ${skip})`, async ({ skip: leaveOut }) => {
      if (skip !== undefined) return leaveOut(skip);
      const adapter = await opened();
      const sql = new Statements(adapter.dialect);
      await adapter.driver.withConnection((connection) => work(connection, adapter, sql));
    });
  };

  holds('tells how many rows a statement changed', async (connection) => {
    await connection.run(schema);
    await connection.run('create table shop.things (id integer)');
    expect(await connection.run('insert into shop.things values (1), (2), (3)')).toBe(3);
    expect(await connection.run('delete from shop.things where id > 1')).toBe(2);
  });

  holds('runs a query that only reads, one at a time, and stops what writes', async (connection) => {
    await connection.run(schema);
    await connection.run('create table shop.things (id integer)');
    await connection.run('insert into shop.things values (1), (2)');
    const { columns, rows } = await connection.readOnly('select id from shop.things order by id');
    expect([columns.map(({ name }) => name), rows]).toEqual([['id'], [[1], [2]]]);
    await refused(connection.readOnly('delete from shop.things'));
    await refused(connection.readOnly('drop table shop.things'));
    await refused(connection.readOnly('create table shop.others (id integer)'));
    await refused(connection.readOnly('select 1; select 2'));
    await refused(connection.readOnly('select 1; commit; delete from shop.things'));
    await refused(connection.readOnly('select nothing from shop.things'));
    expect(await connection.run('insert into shop.things values (3)')).toBe(1);
    expect((await connection.readOnly('select count(*) from shop.things')).rows.map(String)).toEqual(['3']);
  });

  holds('reads with the settings of its connection', async (connection, { dialect }) => {
    await connection.run(schema);
    await connection.run('create table shop.things (id integer)');
    await connection.set(dialect.searchPath(['shop'], 'shop_meta'));
    expect((await connection.readOnly('select id from things')).rows).toEqual([]);
  });

  holds('gives numbers as they are, and times and decimals without losing a digit', async (connection) => {
    const { columns, rows } = await connection.query(
      `select 1 as small, 9007199254740993::bigint as large, 1.5::double precision as fraction, 12.3400::decimal(9, 4) as decimal,
        timestamp '2018-11-01 20:57:10.796' as moment, date '2018-11-01' as day, true as yes, 'text' as words, null as nothing`,
    );
    expect(columns.map(({ name }) => name)).toEqual([
      'small',
      'large',
      'fraction',
      'decimal',
      'moment',
      'day',
      'yes',
      'words',
      'nothing',
    ]);
    expect(rows).toEqual([
      [1, 9007199254740993n, 1.5, '12.3400', '2018-11-01 20:57:10.796', '2018-11-01', true, 'text', null],
    ]);
  });

  holds('gives the columns of a query that has no rows', async (connection, _, sql) => {
    await connection.run(schema);
    await connection.run(sql.createTable(things, [column('id', 'integer'), column('name', 'varchar(9)')], '').text);
    const { columns, rows } = await connection.query(sql.columnsOf(sql.allRows(things)).text);
    expect(rows).toEqual([]);
    expect(columns.map(({ name }) => name)).toEqual(['id', 'name']);
  });

  holds('sends a statement as it is, whatever stands in it', async (connection, { dialect }) => {
    const odd = "a?b $1 :c {{d}} \\ % 'é' 𝄞";
    const { rows } = await connection.query(`select ${dialect.literal(odd)} as odd -- and ? here`);
    expect(rows).toEqual([[odd]]);
  });

  holds('says where in a statement it was refused, in UTF-16 code units', async (connection) => {
    const statement = "select '𝄞é' as clef, nowhere as lost";
    const error = await refused(connection.query(statement));
    if (placeless === undefined) expect(error.offset).toBe(statement.indexOf('nowhere'));
    expect(error.trouble).toBe('refused');
    expect(error.message).toMatch(/nowhere/);
  });

  holds('goes on after a statement that was refused', async (connection) => {
    await refused(connection.run('select nowhere'));
    expect((await connection.query('select 1 as one')).rows).toEqual([[1]]);
  });

  holds('adds rows of text, cast to the columns, whatever stands in them', async (connection, _, sql) => {
    await connection.run(schema);
    const columns = [column('id', 'bigint'), column('name', 'varchar(99)'), column('moment', 'timestamp')];
    await connection.run(sql.createTable(things, columns, '').text);
    const rows = [
      ['1', 'tab\tline\nreturn\rback\\slash \\N \\.', '2018-11-01 20:57:10.796'],
      ['9007199254740993', '', null],
      ['-3', null, null],
      ['4', 'it\'s "𝄞"', null],
    ];
    await connection.append(things, columns, rows);
    const found = await connection.query('select id, name, moment from shop.things');
    expect(found.rows.map((row) => row.map((cell) => (cell === null ? null : String(cell))))).toEqual(rows);
  });

  holds('adds no row when one of them does not fit', async (connection, _, sql) => {
    await connection.run(schema);
    await connection.run(sql.createTable(things, [column('id', 'integer')], '').text);
    await refused(connection.append(things, [column('id', 'integer')], [['1'], ['two']]));
    expect((await connection.query('select count(*) from shop.things')).rows).toEqual([[0n]]);
  });

  holds('holds text to its bytes, and a column to having a value', async (connection, _, sql) => {
    await connection.run(schema);
    await connection.run(
      sql.createTable(things, [column('id', 'integer', true), column('name', 'varchar(3)')], '').text,
    );
    await connection.run("insert into shop.things values (1, 'äa')");
    await refused(connection.run("insert into shop.things values (1, 'ää')"));
    await refused(connection.run("insert into shop.things values (null, 'a')"));
  });

  test('takes no notice of a physical design, for which it has no macro', () => {
    const { macroFolders } = dialectOf(name === 'duckdb' ? 'duckdb' : 'postgres');
    const folders = macroFolders.map((folder) =>
      join(import.meta.dirname, '../../macros', folder, 'table_attributes.hbs'),
    );
    expect(folders.filter((file) => existsSync(file))).toEqual([]);
  });

  holds('quotes names and values, and knows how long a name may be', async (connection, { dialect }) => {
    const name = 'select "of" all';
    await connection.run(`create schema ${dialect.identifier(name)}`);
    const longest = 'x'.repeat(dialect.maxIdentifierBytes);
    const relation = { schema: name, identifier: longest };
    await connection.run(
      `create table ${dialect.relation(relation)} as select ${dialect.literal("it's")} as ${dialect.identifier(name)}`,
    );
    const { columns, rows } = await connection.query(`select * from ${dialect.relation(relation)}`);
    expect([columns.map((given) => given.name), rows]).toEqual([[name], [["it's"]]]);
  });

  test.each([
    'smallint',
    'integer',
    'bigint',
    'real',
    'double precision',
    'decimal(9,4)',
    'boolean',
    'date',
    'timestamp',
    'timestamptz',
    'varchar(9)',
    'char(1)',
    'super',
  ])('has a type for %s, and tells its family', async (type) => {
    const { driver, dialect } = await opened();
    const declared = column('value', type);
    const family = await driver.withConnection(async (connection) => {
      const { columns } = await connection.query(`select cast(null as ${dialect.columnType(declared.type)}) as value`);
      return dialect.typeFamily(columns[0]?.type ?? '');
    });
    expect(family).toBe(
      {
        boolean: 'boolean',
        super: 'super',
        'varchar(9)': 'text',
        'char(1)': 'text',
        date: 'time',
        timestamp: 'time',
        timestamptz: 'time',
      }[type] ?? 'number',
    );
  });

  holds('gives types that can be written in a statement again', async (connection, { dialect }) => {
    const text =
      "select 1 as a, 1.25::decimal(9, 4) as b, cast('x' as varchar(7)) as c, now() as d, true as e, 1.5::double precision as f";
    const { columns } = await connection.query(text);
    const cast = columns.map(({ name, type }) => `cast(null as ${type}) as ${dialect.identifier(name)}`);
    expect((await connection.query(`select ${cast.join(', ')}`)).columns).toEqual(columns);
  });

  holds(
    'finds the relations that are ours, with their columns in order, and none of others',
    async (connection, { dialect }) => {
      await connection.run(schema);
      await connection.run('create schema if not exists shop_meta');
      await connection.run('create table shop.songs (b integer not null, a integer)');
      await connection.run('create view shop.seen as select a from shop.songs');
      await connection.run('create table shop.songs__rabcdef123_delta (id integer)');
      await connection.run('create table shop_meta.runs (run_id integer)');
      await connection.run('create schema theirs');
      await connection.run('create table theirs.songs (id integer)');
      const own = { schemas: ['shop'], names: ['songs', 'seen'], metaSchema: 'shop_meta', ofRun: ofRun.source };
      const { rows: found } = await connection.query(dialect.catalogQuery(own));
      const named = found.map((row) => row.map((cell, i) => (i === 4 ? dialect.typeName(String(cell)) : cell)));
      expect(named.filter(([, name]) => name !== 'lease')).toEqual([
        ['shop', 'seen', 'view', 'a', 'integer', false],
        ['shop', 'songs', 'table', 'b', 'integer', true],
        ['shop', 'songs', 'table', 'a', 'integer', false],
        ['shop', 'songs__rabcdef123_delta', 'table', 'id', 'integer', false],
        ['shop_meta', 'runs', 'table', 'run_id', 'integer', false],
      ]);
      const { rows } = await connection.query(dialect.schemasQuery(['shop', 'nowhere']));
      expect(rows).toEqual([['shop']]);
    },
  );

  holds('undoes all of a transaction, tables and renames too', async (connection) => {
    await connection.run(schema);
    await connection.run('create table shop.songs as select 1 as id');
    const error = await refused(
      connection.transaction([
        'drop table shop.songs',
        'create table shop.others as select 2 as id',
        'alter table shop.others rename to songs',
        'select nowhere',
        'select 1',
      ]),
    );
    expect(error.statement).toBe(3);
    expect((await connection.query('select id from shop.songs')).rows).toEqual([[1]]);
  });

  holds('counts what differs between two tables, nulls and doubles as well', async (connection, _, sql) => {
    await connection.run(schema);
    await connection.run(
      "create table shop.old_songs as select 1 as id, 'a' as name union all select 2, null union all select 3, 'c' union all select 3, 'c'",
    );
    await connection.run(
      "create table shop.new_songs as select 1 as id, 'a' as name union all select 2, 'b' union all select 3, 'c' union all select 4, null",
    );
    const [newer, older] = ['new_songs', 'old_songs'].map((identifier) => ({
      relation: { schema: 'shop', identifier },
      lacks: new Map<string, string>(),
    }));
    if (newer === undefined || older === undefined) throw new Error('both are there');
    const difference = sql.changes.difference(['id', 'name'], newer, older);
    const counts = async (key: readonly string[]): Promise<Cell[]> =>
      ((await connection.query(sql.changes.differenceCounts(difference, key).text)).rows[0] ?? []).map(Number);
    expect(await counts([])).toEqual([2, 0, 2]);
    expect(await counts(['id'])).toEqual([1, 1, 1]);
  });

  holds('drops what a run left, though it be gone already', async (connection, { dialect }) => {
    await connection.run(schema);
    await connection.run('create table shop.things as select 1 as id');
    await connection.run(dialect.dropLeftover(things, 'table'));
    await connection.run(dialect.dropLeftover(things, 'table'));
  });

  holds('lets relations be named without their schema', async (connection, { dialect }) => {
    await connection.run(schema);
    await connection.run('create schema if not exists shop_meta');
    await connection.run('create table shop.things as select 1 as id');
    await connection.set(dialect.searchPath(['shop', 'shop_meta'], 'shop_meta'));
    expect((await connection.query('select id from things')).rows).toEqual([[1]]);
  });

  test('has as many connections at once as it was asked for, each of its own', async () => {
    const { driver } = await opened();
    const at = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        driver.withConnection(async (connection) => (await connection.query(`select ${n} as n`)).rows[0]?.[0]),
      ),
    );
    expect(at).toEqual([1, 2, 3, 4]);
  });

  test('breaks off what runs when it is told to, and can be used again', async () => {
    const { driver } = await opened();
    const endless = 'select count(*) from generate_series(1, 100000) as a(x), generate_series(1, 100000) as b(y)';
    const running = driver.withConnection((connection) => connection.query(endless));
    const stop = setInterval(() => driver.interrupt(), 20);
    await refused(running).finally(() => clearInterval(stop));
    const { rows } = await driver.withConnection((connection) => connection.query('select 1 as one'));
    expect(rows).toEqual([[1]]);
  });

  test('gives the writer to one at a time, and to the next when the first has ended', async ({ skip: leaveOut }) => {
    if (lockedByProcess !== undefined) return leaveOut(lockedByProcess);
    const at = await target();
    const first = await openAdapter(at, options);
    await expect(openAdapter(at, options)).rejects.toMatchObject({ faults: [{ code: 'database-locked' }] });
    await first.driver.close();
    const second = await openAdapter(at, options);
    await second.driver.close();
  });

  holds('names its engine and version', async (connection, { dialect }) => {
    const { rows } = await connection.query(dialect.versionQuery);
    expect(String(rows[0]?.[0])).toMatch(/\d+\.\d+/);
  });
});
