import type { Rows } from '../adapters/driver.ts';
import type { Dag } from '../core/dag.ts';
import { FaultError } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { CompileContext, NameMap } from '../materialize/compile.ts';
import type { ComparedAsText } from '../materialize/row-check.ts';
import type { TestScan } from '../materialize/test-scan.ts';
import { scanQuery, testScans, withScans } from '../materialize/test-scan.ts';
import type { Test } from '../project/manifest.ts';
import { comparedAsText } from './compared-as-text.ts';
import type { Executor } from './executor.ts';

/** What a scan says of one of its tests. */
export interface Scanned {
  /** Whether it is known to find nothing. */
  readonly passes: boolean;
  /** Its share of the time of the scan: each of its tests has the same. */
  readonly seconds: number;
  /** Undefined where the scan failed. */
  readonly asText: ComparedAsText | undefined;
}

/** Does work for a node on a connection, again when what went wrong may pass. */
export type Unit = <T>(uniqueId: string, work: (executor: Executor, attempt: number) => Promise<T>) => Promise<T>;

export interface ScanOptions {
  readonly tests: readonly Test[];
  readonly context: CompileContext;
  readonly names: NameMap;
  readonly ask: (executor: Executor, query: MappedText) => Promise<Rows>;
  readonly now: () => Date;
}

/** The scans that the data tests of a run share, and what came of them. */
export class TestScans {
  readonly #options: ScanOptions;
  readonly #scans: ReadonlyMap<string, TestScan>;
  readonly #scanned = new Map<string, Scanned>();

  constructor(options: ScanOptions) {
    this.#options = options;
    const { tests, context, names } = options;
    this.#scans = new Map(testScans(tests, context, names).map((scan) => [scan.id, scan]));
  }

  /** The graph of the run with the scans in it. */
  in(dag: Dag): Dag {
    return withScans(dag, [...this.#scans.values()]);
  }

  get(id: string): TestScan | undefined {
    return this.#scans.get(id);
  }

  /** What is known of a test before it runs; undefined when it shares no scan. */
  of(test: string): Scanned | undefined {
    return this.#scanned.get(test);
  }

  /**
   * Finds out which tests of a scan pass. When the warehouse refuses the statement, none is known to: then each runs on its
   * own, and says itself what is wrong with it.
   */
  async run(scan: TestScan, unit: Unit): Promise<void> {
    const { now } = this.#options;
    const startedAt = now();
    const { counts, asText } = await unit(scan.tested.uniqueId, (executor) => this.#counts(scan, executor)).catch(
      (error: unknown) => {
        if (error instanceof FaultError) return { counts: [], asText: undefined };
        throw error;
      },
    );
    const seconds = (now().getTime() - startedAt.getTime()) / 1000 / scan.tests.length;
    for (const [i, test] of scan.tests.entries())
      this.#scanned.set(test.uniqueId, { passes: Number(counts[i]) === 0, seconds, asText });
  }

  async #counts(scan: TestScan, executor: Executor): Promise<{ counts: Rows['rows'][number]; asText: ComparedAsText }> {
    const { context, names, ask } = this.#options;
    const asText = await comparedAsText(scan.tests, context, names, executor);
    const { rows } = await ask(executor, scanQuery(scan, context, names, asText));
    return { counts: rows[0] ?? [], asText };
  }
}
