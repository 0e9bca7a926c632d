import type { Model } from '../project/manifest.ts';
import type { NodePlan, PlanInput } from './plan.ts';
import { buildQuery, contractHash, contractStep, fingerprintOf, publishedQuery } from './plan.ts';

/** A view: one for this run over what it builds, and one for readers, compiled with the published names. */
export function planView(model: Model, input: PlanInput): NodePlan {
  const { names, published, sql } = input;
  const future = buildQuery(model, input);
  const fingerprint = fingerprintOf(model, input);
  const unchanged = published?.type === 'view' && published.state?.fingerprint === fingerprint;
  const drop = published?.type === 'table' ? [sql.drop(names.published, 'table')] : [];
  return {
    node: model,
    names,
    future: names.build,
    steps: [...contractStep(future, model, input), { kind: 'create', statement: sql.createView(names.build, future) }],
    publish: {
      how: unchanged ? 'nothing' : 'replace view',
      statements: unchanged ? [] : [...drop, sql.replaceView(names.published, publishedQuery(model, input))],
      recreate: [],
      type: 'view',
    },
    fingerprint,
    contract: contractHash(model),
    notes: [],
  };
}
