import type { Answer, CopySession, Warehouse } from './warehouse.ts';
import { RedshiftError } from './warehouse.ts';

export function copy(_statement: string, _session: CopySession, _warehouse: Warehouse): Promise<Answer> {
  throw new RedshiftError('not yet');
}
