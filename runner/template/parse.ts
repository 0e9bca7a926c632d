import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import { jinjaFaults } from './jinja.ts';
import { parsePlain } from './plain.ts';
import type { Part } from './syntax.ts';

type Read = () => Promise<readonly Part[]>;

/**
 * The parts of a template. Throws a FaultError with all that is not valid Handlebars or not taken here.
 * Handlebars' parser is loaded only for templates that need it; `remember` may know what it gave before. A simple
 * template is read anew faster than anything could be remembered.
 */
export async function parseTemplate(
  path: string,
  text: string,
  remember: (read: Read) => Promise<readonly Part[]> = (read) => read(),
): Promise<readonly Part[]> {
  const parse = async (): Promise<readonly Part[]> =>
    parsePlain(text) ?? (await remember(async () => (await import('./handlebars.ts')).parseWithHandlebars(path, text)));
  const jinja = jinjaFaults({ path, text });
  if (jinja.length === 0) return parse();
  // What else is wrong is reported with it.
  throw new FaultError([...jinja, ...(await faultsOf(parse))]);
}

async function faultsOf(parse: Read): Promise<readonly Fault[]> {
  try {
    await parse();
    return [];
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    return error.faults;
  }
}
