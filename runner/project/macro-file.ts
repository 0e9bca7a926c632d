import { fileStart } from '../core/location.ts';
import type { Fault } from '../core/fault.ts';
import { suggestion } from '../core/nearest.ts';
import type { Macro } from '../template/macro.ts';
import { readMacro } from '../template/macro.ts';
import type { Template } from '../template/syntax.ts';
import { nodeName, subfolders } from './discover.ts';

/** The dialects that a folder of `macros/` may be named for. */
const dialectFolders = ['duckdb', 'postgres', 'redshift'];

/** The macro of a file: its name is the file's, its dialect the folder's. What does not fit is added to `faults`. */
export function readMacroFile(template: Template, faults: Fault[]): Macro {
  const [folder] = subfolders(template.path);
  if (folder !== undefined && !dialectFolders.includes(folder)) {
    const hint = suggestion(folder, dialectFolders);
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
