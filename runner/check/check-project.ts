import type { Dialect } from '../adapters/dialect.ts';
import type { Fault } from '../core/fault.ts';
import type { Manifest } from '../project/manifest.ts';
import { checkContracts } from './contracts.ts';
import { checkCycles } from './cycles.ts';
import { checkEmpty } from './empty.ts';
import { checkEphemeral } from './ephemeral.ts';
import { checkFolders } from './folders.ts';
import { checkLoadSettings } from './load-settings.ts';
import { checkPhysicalDesign } from './physical-design.ts';
import { checkGivenVars, checkRefs } from './refs.ts';
import { checkSchemas } from './schemas.ts';
import { checkSecrets } from './secrets.ts';
import { checkReading, checkStatements } from './statements.ts';
import { checkTemplates } from './templates.ts';

/**
 * Everything that is wrong with a project and can be known without running anything, for each
 * dialect given. Each fault once: several dialects find many alike.
 */
export function checkProject(
  manifest: Manifest,
  dialects: readonly Pick<Dialect, 'macroFolders' | 'escapesInTexts'>[],
  givenVars: Iterable<string>,
): Fault[] {
  const faults = [
    ...checkRefs(manifest, givenVars),
    ...checkGivenVars(manifest, givenVars),
    ...checkCycles(manifest),
    ...checkEphemeral(manifest),
    ...checkEmpty(manifest),
    ...checkFolders(manifest),
    ...checkSchemas(manifest),
    ...checkSecrets(manifest),
    ...dialects.flatMap(({ macroFolders }) => checkTemplates(manifest, macroFolders)),
    ...dialects.flatMap(({ escapesInTexts }) => checkStatements(manifest, escapesInTexts)),
    ...dialects.flatMap(({ escapesInTexts }) => checkReading(manifest, escapesInTexts)),
    ...checkContracts(manifest),
    ...checkPhysicalDesign(manifest),
    ...checkLoadSettings(manifest),
  ];
  return [...new Map(faults.map((fault) => [JSON.stringify([fault.code, fault.message, fault.at]), fault])).values()];
}
