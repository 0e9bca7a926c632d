import { loadAll, YAMLException } from 'js-yaml';
import { FaultError } from '../core/fault.ts';
import { locationAt } from '../core/location.ts';

/**
 * The value of a YAML 1.2 document, undefined for one that is empty. Duplicate keys are refused.
 * Throws a FaultError with the place where the parser gave up.
 */
export function parseYaml(path: string, text: string): unknown {
  try {
    const documents = loadAll(text);
    if (documents.length > 1) throw new YAMLException('expected a single document');
    return documents[0] ?? undefined;
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const at = locationAt({ path, text }, error.mark?.position ?? 0);
    throw new FaultError({ code: 'yaml-syntax', message: `this is not valid YAML: ${error.reason}`, at });
  }
}
