import { parsePlain } from './plain.ts';
import type { Template } from './syntax.ts';

/**
 * Reads a template. Throws a FaultError with all that is not valid Handlebars or not taken here.
 * Handlebars' parser is loaded only for templates that need it.
 */
export async function parseTemplate(path: string, text: string): Promise<Template> {
  const plain = parsePlain(text);
  if (plain !== undefined) return { path, text, parts: plain };
  const { parseWithHandlebars } = await import('./handlebars.ts');
  return { path, text, parts: parseWithHandlebars(path, text) };
}
