import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDuckdb } from '../../runner/adapters/drivers/duckdb.ts';
import type { Cell, Rows } from '../../runner/adapters/driver.ts';
import { models } from '../../runner/commands/models.ts';
import type { ModelsOptions } from '../../runner/commands/models.ts';
import { query } from '../../runner/commands/query.ts';
import { placeFaults } from '../../runner/config/place.ts';
import type { Target } from '../../runner/config/target.ts';
import type { Fault } from '../../runner/core/fault.ts';
import { FaultError } from '../../runner/core/fault.ts';
import type { RunEvent } from '../../runner/core/run-event.ts';
import type { RunSummary } from '../../runner/run/run-models.ts';
import type { Road } from '../redshift/shop-warehouse.ts';
import { roads, ShopWarehouse } from '../redshift/shop-warehouse.ts';
import type { PostgresAddress } from './postgres-server.ts';
import { onServer, testDatabase } from './postgres.ts';

/** The engines that the main job is tested on. */
export const engines = ['duckdb', 'postgres'] as const;
export type Engine = (typeof engines)[number] | Road;

const duckdbTarget = '{ type: duckdb, path: shop.duckdb }';

const postgresTarget = ({ host, port, user, database }: PostgresAddress): string =>
  `{ type: postgres, host: ${host}, port: ${port}, user: ${user}, database: ${database}, password: '\${SHOP_PASSWORD}', sslmode: disable }`;

/** The dwh.yaml of a test that does not bring its own. */
export const plainConfig = `
name: shop
target: local
targets:
  local: ${duckdbTarget}
sources:
  raw:
    root: raw
    files:
      orders: { path: orders }
folders:
  models: { schema: shop, materialized: table }
  seeds: { schema: shop }
`;

/** The variables that name a database to whoever knows PostgreSQL, and the password that test projects name. */
function environmentOf({ host, port, user, password, database }: PostgresAddress): Record<string, string> {
  return {
    SHOP_PASSWORD: password,
    PGHOST: host,
    PGPORT: String(port),
    PGUSER: user,
    PGPASSWORD: password,
    PGDATABASE: database,
    PGSSLMODE: 'disable',
  };
}

/** Files by their path; a dwh.yaml is added where it is missing. */
export type Files = Readonly<Record<string, string>>;

const surroundings = { now: () => new Date(), random: Math.random, retryDelayMs: 1 };

/** A project in a folder of its own, gone when the test is over. */
export class TestProject {
  readonly dir: string;
  readonly events: RunEvent[] = [];
  /** Of a project on PostgreSQL: its database. */
  readonly database: PostgresAddress | undefined;
  /** The environment that commands see. */
  env: Readonly<Record<string, string>>;
  /** Of a project on Redshift: the warehouse that plays it. */
  readonly redshift: ShopWarehouse | undefined;
  /** The folder whose files a project on Redshift finds in S3. */
  rawFolder = 'raw';
  readonly #made: Promise<void>;

  /** `atEnd` is told what has to be done when the project is no longer needed: when the test is over, if nothing else is said. */
  constructor(
    files: Files,
    engine: Engine = 'duckdb',
    atEnd: (work: () => void | Promise<void>) => void = onTestFinished,
  ) {
    const database = engine === 'postgres' ? testDatabase(atEnd) : undefined;
    const road = roads.find((candidate) => candidate === engine);
    this.redshift = road === undefined ? undefined : new ShopWarehouse(road, atEnd);
    this.database = database?.address ?? this.redshift?.warehouse.address;
    this.#made = (database ?? this.redshift)?.made ?? Promise.resolve();
    this.env = database === undefined ? {} : environmentOf(database.address);
    this.dir = mkdtempSync(join(tmpdir(), 'sparkify-run-'));
    atEnd(() => rmSync(this.dir, { recursive: true, force: true }));
    this.write({ 'dwh.yaml': plainConfig, ...files });
  }

  /** Writes files. A dwh.yaml names DuckDB as its engine: here it gets the one of this project. */
  write(files: Files): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.dir, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, this.#onEngine(path, text));
    }
  }

  #onEngine(path: string, text: string): string {
    if (path !== 'dwh.yaml' || this.database === undefined) return text;
    if (this.redshift === undefined) return text.replace(duckdbTarget, postgresTarget(this.database));
    return text.replace(duckdbTarget, this.redshift.target).replace('root: raw', 'root: s3://raw-data');
  }

  /** Waits for the warehouse; raw files are where it can read them. */
  async ready(): Promise<void> {
    await this.#made;
    if (this.redshift === undefined) return;
    this.redshift.use();
    this.env = { ...this.redshift.env, ...this.env };
    const raw = join(this.dir, this.rawFolder);
    if (existsSync(raw)) await this.redshift.upload(raw);
  }

  read(path: string): string {
    return readFileSync(join(this.dir, path), 'utf8');
  }

  remove(path: string): void {
    rmSync(join(this.dir, path), { recursive: true });
  }

  options(overrides: Partial<ModelsOptions> = {}): ModelsOptions {
    return {
      projectDir: this.dir,
      target: undefined,
      vars: {},
      env: this.env,
      select: [],
      exclude: [],
      fullRefresh: false,
      replaceDependents: false,
      threads: 2,
      wait: false,
      command: 'test',
      ...overrides,
    };
  }

  /** Its warehouse, for whoever opens it besides the runner. */
  get target(): Target {
    return this.database === undefined
      ? { name: 'local', type: 'duckdb', path: join(this.dir, 'shop.duckdb') }
      : { name: 'local', type: 'postgres', sslmode: 'disable', ...this.database };
  }

  /** Runs the main job and gives how it ended. */
  async run(
    overrides: Partial<ModelsOptions> & {
      signal?: AbortSignal;
      report?: (event: RunEvent) => void;
      retryDelayMs?: number;
    } = {},
  ): Promise<RunSummary> {
    const { signal = new AbortController().signal, report = () => undefined, retryDelayMs = 1, ...options } = overrides;
    this.events.length = 0;
    await this.ready();
    const told = (event: RunEvent): void => {
      this.events.push(event);
      report(event);
    };
    return models(this.options(options), { ...surroundings, retryDelayMs, signal, report: told });
  }

  /** Another run, while one is under way. */
  other(
    overrides: Partial<ModelsOptions> = {},
    report: (event: RunEvent) => void = () => undefined,
  ): Promise<RunSummary> {
    return models(this.options(overrides), { ...surroundings, signal: new AbortController().signal, report });
  }

  /** The main job, which must end with a publish. */
  async publish(overrides: Parameters<TestProject['run']>[0] = {}): Promise<RunSummary> {
    const summary = await this.run(overrides);
    const faults = [...summary.results.flatMap((result) => result.faults), ...summary.faults];
    if (summary.outcome !== 'published') throw new Error(`not published: ${JSON.stringify(faults, undefined, 2)}`);
    return summary;
  }

  /** The rows of a query on what is published. */
  async rows(sql: string): Promise<Cell[][]> {
    const { rows } = await this.query(sql);
    return rows.map((row) => row.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)));
  }

  /** Runs a query as a user would. */
  async query(sql: string): Promise<Rows> {
    await this.ready();
    const signal = new AbortController().signal;
    return query({ ...this.options(), now: () => new Date(), wait: undefined, signal }, sql);
  }

  /** Has commands log in to PostgreSQL as this user from now on. */
  as({ user, ...address }: PostgresAddress): this {
    this.env = { ...this.env, ...environmentOf({ user, ...address }) };
    this.write({ 'dwh.yaml': this.read('dwh.yaml').replace(/(type: postgres, .* user: )[^,]+/, `$1${user}`) });
    return this;
  }

  /** Does something to the database behind the back of the runner, with the permissions of its user and no others. */
  async sql(statement: string): Promise<void> {
    await this.#made;
    if (this.database !== undefined) return onServer(this.database, statement);
    const driver = await openDuckdb({
      path: join(this.dir, 'shop.duckdb'),
      memoryLimit: undefined,
      access: 'write',
      holder: { command: 'test', since: '' },
      wait: undefined,
      signal: undefined,
    });
    await driver.withConnection((connection) => connection.run(statement)).finally(() => driver.close());
  }

  /** Faults as `file:line:column code`, in the order in which they are printed. */
  async places(faults: readonly Fault[]): Promise<string[]> {
    const placed = await placeFaults(this.dir, faults);
    return placed.map(({ at, code }) => `${at === undefined ? '-' : `${at.path}:${at.line}:${at.column}`} ${code}`);
  }
}

export function project(files: Files, engine?: Engine): TestProject {
  return new TestProject(files, engine);
}

/** The faults that `work` throws. */
export async function faultsOf(work: Promise<unknown>): Promise<readonly Fault[]> {
  try {
    await work;
  } catch (error) {
    if (error instanceof FaultError) return error.faults;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** All that stands against a run, of nodes and of the run itself. */
export function faultsIn(summary: RunSummary): readonly Fault[] {
  return [...summary.results.flatMap((result) => result.faults), ...summary.faults];
}

/** What publishing did to the rows of each node. */
export function changesIn(summary: RunSummary): Record<string, string> {
  return Object.fromEntries(
    summary.changes.map(({ name, how, changes }) => [
      name,
      changes === undefined ? how : `${how} +${changes.added} ~${changes.changed} -${changes.removed}`,
    ]),
  );
}
