import type { Fault } from '../core/fault.ts';
import type { Manifest, Model } from '../project/manifest.ts';
import { isMisspelt, settingPlace } from './setting-place.ts';

/** Settings that are about raw files, in models that load none. */
export function checkLoadSettings(manifest: Manifest): Fault[] {
  return [...manifest.nodes.values()].flatMap((node) => {
    if (node.resourceType !== 'model' || node.config.materialized === 'copy' || isMisspelt(node)) return [];
    return declared(node).map((setting): Fault => ({
      code: 'config-invalid',
      message: `${setting} is about raw files, which only a copy model loads, and "${node.name}" is none`,
      at: settingPlace(node, setting),
      hint: 'set it in the model that loads them',
    }));
  });
}

function declared({ config: { maxErrors, load } }: Model): string[] {
  const settings = {
    max_errors: maxErrors > 0 ? maxErrors : undefined,
    time_format: load.timeFormat,
    truncate_columns: load.truncateColumns,
    blanks_as_null: load.blanksAsNull,
    empty_as_null: load.emptyAsNull,
    stat_update: load.statUpdate,
    comp_update: load.compUpdate,
  };
  return Object.entries(settings).flatMap(([setting, value]) => (value === undefined ? [] : [setting]));
}
