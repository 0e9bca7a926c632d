import type { Fault } from '../core/fault.ts';
import { firstStatement } from '../core/first-statement.ts';
import { locationAt } from '../core/location.ts';
import { sqlTokens } from '../core/sql-tokens.ts';
import type { SqlToken } from '../core/sql-tokens.ts';
import { notReading, writingToken } from '../core/writing-token.ts';
import type { Manifest } from '../project/manifest.ts';
import { queryOf } from '../project/manifest.ts';
import type { Template } from '../template/syntax.ts';

/** Models, tests and analyses that hold a second statement, as far as their own text shows it. */
export function checkStatements(manifest: Manifest, escapesInTexts: boolean): Fault[] {
  return [...manifest.nodes.values()].flatMap((node): Fault[] => {
    const template = queryOf(node)?.template;
    const second = template === undefined ? undefined : firstStatement(ownText(template, ' '), escapesInTexts).second;
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

/** Analyses that would do more than read, as far as their own text shows it. */
export function checkReading(manifest: Manifest, escapesInTexts: boolean): Fault[] {
  return [...manifest.nodes.values()].flatMap((node): Fault[] => {
    if (node.resourceType !== 'analysis') return [];
    const writing = ownWritingToken(node.template, escapesInTexts);
    if (writing === undefined) return [];
    const at = locationAt(node.template, writing.at);
    return [{ code: 'query-writes', message: notReading.message(writing), at, hint: notReading.hint }];
  });
}

function ownWritingToken(template: Template, escapesInTexts: boolean): SqlToken | undefined {
  const tokens = sqlTokens(ownText(template, '_'), escapesInTexts).filter(({ kind }) => kind !== 'end');
  const writing = tokens.length === 0 ? undefined : writingToken(tokens);
  const isOwn = template.parts.some(
    (part) => writing !== undefined && part.kind === 'text' && part.at <= writing.at && writing.at < part.end,
  );
  return isOwn ? writing : undefined;
}

/** The text that is there however the template is rendered, at its place; `filler` is written for what renders to something. */
function ownText({ text, parts }: Template, filler: ' ' | '_'): string {
  let own = '';
  let gap: string = ' ';
  for (const part of parts) {
    if (part.kind === 'text') {
      own = own.padEnd(part.at, gap) + text.slice(part.at, part.end);
      gap = ' ';
    } else if (part.kind !== 'output' || part.value.name !== 'config') gap = filler;
  }
  return own.padEnd(text.length, gap);
}
