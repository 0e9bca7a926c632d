import type { RedshiftTarget } from '../../config/target.ts';
import type { Login } from './pg-server.ts';

/** Who logs in to Redshift. */
export function redshiftLogin({ user = '', password }: RedshiftTarget, _now: () => Date): () => Promise<Login> {
  return () => Promise.resolve({ user, password, expiresAt: undefined });
}
