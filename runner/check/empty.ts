import type { Fault } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { Manifest } from '../project/manifest.ts';
import { queryOf } from '../project/manifest.ts';
import type { Template } from '../template/syntax.ts';

/** Models, tests and analyses without any SQL: most often a file that was only begun. */
export function checkEmpty(manifest: Manifest): Fault[] {
  return [...manifest.nodes.values()].flatMap((node): Fault[] => {
    const template = queryOf(node)?.template;
    if (template === undefined || !isEmpty(template)) return [];
    return [
      {
        code: 'model-empty',
        message: `there is no SQL in "${node.name}"`,
        at: fileStart(node.path),
        hint: 'write a select',
      },
    ];
  });
}

function isEmpty({ text, parts }: Template): boolean {
  return parts.every((part) => {
    if (part.kind === 'text') return (part.text ?? text.slice(part.at, part.end)).trim() === '';
    return part.kind === 'output' && part.value.name === 'config';
  });
}
