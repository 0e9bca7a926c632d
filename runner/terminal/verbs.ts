import type { Verb, VerbGroup } from './verb.ts';
import { cleanVerb } from './verbs/clean.ts';
import { clusterVerb } from './verbs/cluster.ts';
import { compileVerb } from './verbs/compile.ts';
import { debugVerb } from './verbs/debug.ts';
import { generateVerb } from './verbs/generate.ts';
import { graphVerb } from './verbs/graph.ts';
import { listVerb } from './verbs/list.ts';
import { modelsVerb } from './verbs/models.ts';
import { queryVerb, showVerb } from './verbs/query.ts';
import { testVerb } from './verbs/test.ts';
import { validateVerb } from './verbs/validate.ts';

/** Every command, in the order of the help. */
export const verbs: readonly (Verb | VerbGroup)[] = [
  modelsVerb,
  validateVerb,
  listVerb,
  graphVerb,
  compileVerb,
  testVerb,
  queryVerb,
  showVerb,
  clusterVerb,
  debugVerb,
  generateVerb,
  cleanVerb,
];
