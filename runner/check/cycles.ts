import { cycles } from '../core/dag.ts';
import type { Fault } from '../core/fault.ts';
import type { Location } from '../core/location.ts';
import { locationAt } from '../core/location.ts';
import type { Manifest } from '../project/manifest.ts';
import { queryOf } from '../project/manifest.ts';

/** A fault for each circle of models, with the place of every ref on it. */
export function checkCycles(manifest: Manifest): Fault[] {
  return cycles(manifest.graph).map((ids) => {
    const names = ids.map((id) => manifest.nodes.get(id)?.name ?? id);
    const refs = ids.slice(0, -1).map((id, i) => ({
      message: `${names[i]} refers to ${names[i + 1]}`,
      at: refPlace(manifest, id, names[i + 1] ?? ''),
    }));
    const [first, ...related] = refs;
    return {
      code: 'cycle',
      message: `models depend on each other in a circle: ${names.join(' -> ')}`,
      ...(first === undefined ? {} : { at: first.at }),
      related,
      hint: 'one of these refs has to go: often a part that both need can become a model of its own',
    };
  });
}

function refPlace(manifest: Manifest, id: string, name: string): Location {
  const node = manifest.nodes.get(id);
  const query = node === undefined ? undefined : queryOf(node);
  if (query === undefined) throw new Error(`${id} has no template, so it cannot be on a cycle`);
  const setting = query.facts.config?.named.find((arg) => arg.name === 'depends_on');
  const at = query.facts.refs.find((ref) => ref.name === name)?.at ?? setting?.value.at ?? 0;
  return locationAt(query.template, at, name.length + 2);
}
