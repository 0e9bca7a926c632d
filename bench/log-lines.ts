import type { Measured } from './measure.ts';

/** A line of `--log-format json`, as far as it is of use here. */
export interface Line {
  readonly time: string;
  readonly event: string;
  readonly sql?: string;
  readonly unique_id?: string | null;
  readonly phase?: string;
  readonly seconds?: number;
  readonly node?: { readonly unique_id: string };
  readonly result?: { readonly seconds: number };
}

/** What a run told while it went on. */
export function linesOf({ stdout }: Measured): Line[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

/** How long the work on a node took. */
export function secondsOf(measured: Measured, uniqueId: string): number {
  const finished = linesOf(measured).find(
    (line) => line.event === 'node_finished' && line.node?.unique_id === uniqueId,
  );
  return finished?.result?.seconds ?? NaN;
}
