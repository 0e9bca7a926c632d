import type { Manifest, Model } from '../project/manifest.ts';
import { compile } from './compile.ts';
import type { OutputNames, PlanInput } from './plan.ts';
import { buildQuery, keptTable } from './plan.ts';

/** The queries of a model and of the ephemeral models it reads, whose columns have to differ by name; none where the engine itself looks. */
export function outputNames(model: Model, input: PlanInput): OutputNames[] {
  const { context, building } = input;
  if (context.dialect.outputNames === undefined) return [];
  const kept = model.config.materialized === 'incremental' ? keptTable(input) : undefined;
  return [
    ...[...ephemeralRead(context.manifest, model)].map((read) => ({
      model: read,
      query: compile(read.template, context, building),
    })),
    { model, query: buildQuery(model, input, kept) },
  ];
}

/** The ephemeral models that a model reads, also by way of others. */
function ephemeralRead(manifest: Manifest, model: Model): ReadonlySet<Model> {
  const found = new Set<Model>();
  const readers = new Set([model]);
  // Grows while it is gone through.
  for (const reader of readers) {
    for (const id of reader.dependsOn) {
      const parent = manifest.nodes.get(id);
      if (parent?.resourceType !== 'model' || parent.config.materialized !== 'ephemeral') continue;
      found.add(parent);
      readers.add(parent);
    }
  }
  return found;
}
