import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openDuckdb } from '../../runner/adapters/drivers/duckdb.ts';
import type { Cell } from '../../runner/adapters/driver.ts';
import { models } from '../../runner/commands/models.ts';
import type { ModelsOptions } from '../../runner/commands/models.ts';
import { query } from '../../runner/commands/query.ts';
import { placeFaults } from '../../runner/config/place.ts';
import type { Fault } from '../../runner/core/fault.ts';
import { FaultError } from '../../runner/core/fault.ts';
import type { RunEvent } from '../../runner/core/run-event.ts';
import type { RunSummary } from '../../runner/run/run-models.ts';

/** The dwh.yaml of a test that does not bring its own. */
export const plainConfig = `
name: shop
target: local
targets:
  local: { type: duckdb, path: shop.duckdb }
sources:
  raw:
    root: raw
    files:
      orders: { path: orders }
folders:
  models: { schema: shop, materialized: table }
  seeds: { schema: shop }
`;

const copyMacro = `{{params "from"}}
insert into {{load.into}} ({{load.columns}})
select {{load.values}}
from read_json({{from}}, format = 'unstructured', records = 'true', maximum_object_size = 4194304, columns = {{load.fields}})
`;

/** Files by their path; a dwh.yaml and the macro that loads JSON are added where they are missing. */
export type Files = Readonly<Record<string, string>>;

/** A project in a folder of its own, gone when the test is over. */
export class TestProject {
  readonly dir: string;
  readonly events: RunEvent[] = [];

  constructor(files: Files) {
    this.dir = mkdtempSync(join(tmpdir(), 'sparkify-run-'));
    onTestFinished(() => rmSync(this.dir, { recursive: true, force: true }));
    this.write({ 'dwh.yaml': plainConfig, 'macros/duckdb/copy_json.hbs': copyMacro, ...files });
  }

  write(files: Files): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.dir, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
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
      env: {},
      select: [],
      exclude: [],
      fullRefresh: false,
      threads: 2,
      wait: false,
      command: 'test',
      ...overrides,
    };
  }

  /** Runs the main job and gives how it ended. */
  async run(
    overrides: Partial<ModelsOptions> & { signal?: AbortSignal; report?: (event: RunEvent) => void } = {},
  ): Promise<RunSummary> {
    const { signal = new AbortController().signal, report = () => undefined, ...options } = overrides;
    this.events.length = 0;
    return models(this.options(options), {
      now: () => new Date(),
      random: Math.random,
      signal,
      report: (event) => {
        this.events.push(event);
        report(event);
      },
    });
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
    const { rows } = await query(
      { ...this.options(), now: () => new Date(), wait: undefined, signal: new AbortController().signal },
      sql,
    );
    return rows.map((row) => row.map((cell) => (typeof cell === 'bigint' ? Number(cell) : cell)));
  }

  /** Does something to the database behind the back of the runner. */
  async sql(statement: string): Promise<void> {
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

export function project(files: Files): TestProject {
  return new TestProject(files);
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
