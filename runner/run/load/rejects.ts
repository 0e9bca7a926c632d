import type { Fault } from '../../core/fault.ts';
import { FaultError } from '../../core/fault.ts';
import type { RejectedRow } from '../../json/copy-text.ts';
import type { RowProblem } from '../../json/row.ts';
import type { Model } from '../../project/manifest.ts';
import type { RawFile } from '../../storage/storage.ts';

/** A raw row that was put aside. */
export interface Rejected {
  readonly file: RawFile;
  readonly problem: RowProblem;
  readonly raw: string;
}

/** How many bad rows are shown when a load is refused. */
const shown = 5;

/** The raw rows of a load that do not fit, up to as many as the model lets go. */
export class Rejects {
  readonly #model: Model;
  readonly #all: Rejected[] = [];

  constructor(model: Model) {
    this.#model = model;
  }

  get all(): readonly Rejected[] {
    return this.#all;
  }

  /** Puts a row aside. Throws a FaultError that names the bad rows, once there are too many and enough to show. */
  add(file: RawFile, row: RejectedRow): void {
    this.keep(file, row);
    if (this.#all.length >= Math.max(this.#model.config.maxErrors + 1, shown)) throw this.#refused();
  }

  /** Puts a row aside that the engine has let go. */
  keep(file: RawFile, { problems, raw }: RejectedRow): void {
    const [problem] = problems;
    if (problem !== undefined) this.#all.push({ file, problem, raw });
  }

  /** Throws a FaultError that names the bad rows when there are too many. */
  check(): void {
    if (this.#all.length > this.#model.config.maxErrors) throw this.#refused();
  }

  #refused(): FaultError {
    const { name, config } = this.#model;
    const hint =
      config.maxErrors === 0
        ? `mend the file; or let some go: {{config max_errors=…}} in the model puts whole rows aside into ${name}_rejects`
        : `max_errors=${config.maxErrors} lets that many rows go, and there are more`;
    return new FaultError(
      this.#all.slice(0, shown).map(({ problem }): Fault => ({
        code: 'row-rejected',
        message: `a raw row does not fit "${name}": ${problem.message}`,
        at: problem.at,
        hint,
      })),
    );
  }
}
