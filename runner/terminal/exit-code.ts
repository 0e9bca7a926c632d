import type { Fault, FaultCode } from '../core/fault.ts';
import type { RunSummary } from '../run/run-models.ts';

/** What the program ends with. */
export const exitCodes = { done: 0, failed: 1, unable: 2, nothingSelected: 3, held: 4, interrupted: 130 } as const;

export const exitCodesText =
  'Exit codes: 0 done; 1 a node failed or a test found bad data; 2 the command could not run; 3 the selection matched nothing; 4 another run holds the warehouse; 130 interrupted.';

/** Faults that pass when another process is done: the same command may be tried again later. */
const ofOthers: ReadonlySet<FaultCode> = new Set(['database-locked', 'run-overtaken']);

/** For a command that could not run. */
export function exitCodeOfFaults(faults: readonly Fault[]): number {
  if (isHeld(faults)) return exitCodes.held;
  return faults.some(({ code }) => code === 'selection-empty') ? exitCodes.nothingSelected : exitCodes.unable;
}

/** For a run that came to an end. */
export function exitCodeOfRun({ outcome, results, faults }: RunSummary): number {
  switch (outcome) {
    case 'published':
      return exitCodes.done;
    case 'interrupted':
      return exitCodes.interrupted;
    case 'held':
      return isHeld(faults) ? exitCodes.held : exitCodes.failed;
    case 'tested':
      return results.some(({ status }) => status === 'fail' || status === 'error') ? exitCodes.failed : exitCodes.done;
  }
}

function isHeld(faults: readonly Fault[]): boolean {
  return faults.some(({ code }) => ofOthers.has(code));
}
