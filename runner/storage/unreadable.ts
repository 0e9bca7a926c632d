import { FaultError } from '../core/fault.ts';

/** A fault for what the system says against reading a file; anything else that went wrong is a bug and passes. */
export function unreadable(shown: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('code' in error)) return error;
  return new FaultError(
    { code: 'file-unreadable', message: `cannot read ${shown}: ${error.message}` },
    { cause: error },
  );
}
