import type { Fault } from '../core/fault.ts';
import type { KeyPath } from '../core/location.ts';
import { ownValue } from '../core/own-value.ts';
import { secretKeys } from './secrets.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

// ${NAME} or ${NAME:-default}
const placeholder = /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g;

/**
 * Replaces `${NAME}` and `${NAME:-default}` in `text` from the environment. As in a shell, an empty variable counts
 * as not set where there is a default. A variable that
 * is missing and has no default, or is not written like one, is added to `faults`, at `place`.
 */
export function interpolate(text: string, env: Environment, place: KeyPath, faults: Fault[]): string {
  const isSecret = secretKeys.includes(String(place.keys.at(-1)));
  if (text.replace(placeholder, '').includes('${'))
    faults.push({
      code: 'config-invalid',
      message: 'this has a ${ that does not begin a variable',
      at: place,
      hint: 'a variable is written ${NAME}, or ${NAME:-default}',
    });
  return text.replace(placeholder, (whole, name: string, fallback: string | undefined) => {
    const value = ownValue(env, name);
    if (value !== undefined && (value !== '' || fallback === undefined)) return value;
    if (fallback !== undefined) return fallback;
    faults.push({
      code: 'env-missing',
      message: `the environment variable ${name} is not set`,
      at: place,
      // A password has no default.
      hint: isSecret ? `set it: export ${name}=…` : `set it, or give a default: \${${name}:-…}`,
    });
    return whole;
  });
}
