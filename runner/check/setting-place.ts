import type { Location } from '../core/location.ts';
import { locationAt } from '../core/location.ts';
import type { Model } from '../project/manifest.ts';

/** Where a setting stands in the model, or the top of the file when a folder or default decides it. */
export function settingPlace(model: Model, setting: string): Location {
  const argument = model.facts.config?.named.find(({ name }) => name === setting);
  return locationAt(
    model.template,
    argument?.at ?? model.facts.config?.at ?? 0,
    argument === undefined ? 1 : setting.length,
  );
}

/** Whether the model says how it is materialized in a word that does not exist: then it is not known what it is. */
export function isMisspelt({ facts, config }: Model): boolean {
  const said = facts.config?.named.find(({ name }) => name === 'materialized')?.value;
  return said?.kind === 'literal' && said.value !== config.materialized;
}
