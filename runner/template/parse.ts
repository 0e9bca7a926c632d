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
  return parsePlain(text) ?? remember(async () => (await import('./handlebars.ts')).parseWithHandlebars(path, text));
}
