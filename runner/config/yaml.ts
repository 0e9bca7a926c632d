import { loadAll, YAMLException } from 'js-yaml';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { KeyPath } from '../core/location.ts';
import { locationAt } from '../core/location.ts';
import { syntaxHint, templateOffset } from './yaml-hints.ts';

/** Aliases may repeat so many values: a list of lists of the same nine values is as long as there are people after nine lines. */
const mostRepeated = 100_000;

/**
 * The value of a YAML 1.2 document, undefined for one that is empty. Duplicate keys are refused, and so are aliases that
 * lead in a circle or repeat more than 100 000 values. Throws a FaultError with the place where the parser gave up.
 */
export function parseYaml(path: string, text: string): unknown {
  const data = parse(path, text);
  checkValues(path, data);
  return data;
}

function parse(path: string, text: string): unknown {
  try {
    const documents = loadAll(text);
    if (documents.length > 1) throw new YAMLException('expected a single document');
    return documents[0] ?? undefined;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw new FaultError(syntaxFault(path, text, error));
  }
}

function syntaxFault(path: string, text: string, { reason, mark }: YAMLException): Fault {
  // The parser points to the document that a key of this kind is in.
  const template = /complex keys/.test(reason) ? templateOffset(text) : undefined;
  const at = locationAt({ path, text }, template ?? mark?.position ?? 0);
  const hint = syntaxHint(text, at.line - 1, reason);
  return { code: 'yaml-syntax', message: `this is not valid YAML: ${reason}`, at, hint };
}

/**
 * Counts the values that stand behind aliases as often as they are repeated. The parser gives the same object for an alias as
 * for its anchor, so that each is visited once. It has seen to it that nesting is not deep.
 */
function checkValues(path: string, data: unknown): void {
  const sizes = new Map<object, number>();
  const open = new Set<object>();
  const keys: (string | number)[] = [];
  let repeated = 0;
  const fault = (code: 'yaml-syntax' | 'config-unknown-key', message: string, point: KeyPath['point']): FaultError =>
    new FaultError({ code, message, at: { path, keys: [...keys], point } });

  const sizeOf = (value: unknown): number => {
    if (typeof value !== 'object' || value === null) return 1;
    if (open.has(value)) throw fault('yaml-syntax', 'this alias is inside of what it stands for', 'value');
    const known = sizes.get(value);
    if (known !== undefined) {
      repeated += known;
      if (repeated <= mostRepeated) return known;
      throw fault('yaml-syntax', `the aliases of this file repeat more than ${mostRepeated} values`, 'value');
    }
    open.add(value);
    let size = 1;
    for (const [key, inner] of Object.entries(value)) {
      keys.push(Array.isArray(value) ? Number(key) : key);
      // A key that would be lost where values are copied from object to object.
      if (key === '__proto__')
        throw fault('config-unknown-key', 'the key "__proto__" is not one that may stand here', 'key');
      size += sizeOf(inner);
      keys.pop();
    }
    open.delete(value);
    sizes.set(value, size);
    return size;
  };
  sizeOf(data);
}
