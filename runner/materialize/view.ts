import type { Model } from '../project/manifest.ts';
import { columnsChange, lookAt } from './columns.ts';
import type { NodePlan, PlanInput, Publish } from './plan.ts';
import { buildQuery, contractHash, fingerprintOf, publishedQuery } from './plan.ts';

/** A view: one for this run over what it builds, and one for readers, compiled with the published names. */
export function planView(model: Model, input: PlanInput): NodePlan {
  const { names, sql } = input;
  const future = buildQuery(model, input);
  return {
    node: model,
    names,
    look: lookAt(model, future, input),
    future: names.build,
    steps: [{ kind: 'create', statement: sql.createView(names.build, future) }],
    publish: publishView(model, input),
    fingerprint: fingerprintOf(model, input),
    contract: contractHash(model),
    design: '',
    keepsRows: false,
    notes: [],
  };
}

/**
 * A view that says what it said, of columns that are what they were, is left alone. One of other columns cannot be
 * replaced in place where readers may be at it: PostgreSQL only takes columns added at the end.
 */
function publishView(model: Model, input: PlanInput): Publish {
  const { names, published, context, sql } = input;
  const again = [sql.replaceView(names.published, publishedQuery(model, input))];
  const replaced: Publish = {
    how: 'replace view',
    statements: again,
    again,
    drops: undefined,
    reasons: [],
    widens: false,
    type: 'view',
  };
  if (published === undefined) return replaced;
  const change = columnsChange(model, input);
  const isSame = published.state?.fingerprint === fingerprintOf(model, input) && change.kind === 'same';
  if (published.type === 'view' && isSame) return { ...replaced, how: 'nothing', statements: [] };
  const inPlace = context.dialect.supports.publish === 'swap' || change.kind !== 'other';
  if (published.type === 'view' && inPlace) return replaced;
  const reasons = change.kind === 'other' && published.type === 'view' ? change.reasons : ['it is a view now'];
  return { ...replaced, how: 'recreate', drops: published.type, reasons };
}
