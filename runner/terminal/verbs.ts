import type { Verb } from './verb.ts';
import { modelsVerb } from './verbs/models.ts';
import { validateVerb } from './verbs/validate.ts';

/** Every command, in the order of the help. */
export const verbs: readonly Verb[] = [modelsVerb, validateVerb];
