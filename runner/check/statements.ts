import type { Fault } from '../core/fault.ts';
import { firstStatement } from '../core/first-statement.ts';
import { locationAt } from '../core/location.ts';
import type { Manifest } from '../project/manifest.ts';
import { queryOf } from '../project/manifest.ts';
import type { Template } from '../template/syntax.ts';

/** Models, tests and analyses that hold a second statement, as far as their own text shows it. */
export function checkStatements(manifest: Manifest, escapesInTexts: boolean): Fault[] {
  return [...manifest.nodes.values()].flatMap((node): Fault[] => {
    const template = queryOf(node)?.template;
    const second = template === undefined ? undefined : firstStatement(ownText(template), escapesInTexts).second;
    if (template === undefined || second === undefined) return [];
    return [
      {
        code: 'many-statements',
        message: 'a second statement begins here: it would run beside the one that is built and tested',
        at: locationAt(template, second),
        hint: 'a file holds one query; put another one into a model of its own',
      },
    ];
  });
}

/** The text that is there however the template is rendered, at its place; the rest is blank. */
function ownText({ text, parts }: Template): string {
  let own = '';
  for (const part of parts) if (part.kind === 'text') own = own.padEnd(part.at) + text.slice(part.at, part.end);
  return own;
}
