import { fileStart } from '../core/location.ts';
import type { Fault } from '../core/fault.ts';
import { suggestion } from '../core/nearest.ts';
import type { Macro } from '../template/macro.ts';
import { readMacro } from '../template/macro.ts';
import type { Template } from '../template/syntax.ts';
import { nodeName, subfolders } from './discover.ts';
import { engineFolders } from './engine-macros.ts';

/** The macro of a file: its name is the file's, its dialect the folder's. What does not fit is added to `faults`. */
export function readMacroFile(template: Template, faults: Fault[]): Macro {
  const [folder] = subfolders(template.path);
  if (folder !== undefined && !engineFolders.some((engine) => engine === folder)) {
    const hint = suggestion(folder, engineFolders);
    const message = `a folder of macros/ is named for a dialect, and "${folder}" is none`;
    faults.push({
      code: 'name-invalid',
      message,
      at: fileStart(template.path),
      hint,
    });
  }
  return readMacro(nodeName(template.path), folder, template, faults);
}
