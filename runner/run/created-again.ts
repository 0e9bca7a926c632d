import type { Fault } from '../core/fault.ts';
import { fileStart } from '../core/location.ts';
import type { MappedText } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import type { Model, Node } from '../project/manifest.ts';

/** A statement that creates again what was dropped with a relation, and the fault where the engine refuses it. */
export interface CreatedAgain {
  readonly statement: MappedText;
  /** `refusal` is what the engine says. */
  fault(refusal: string): Fault;
}

/** A view of this project that is not changed itself. */
export function modelCreatedAgain({ uniqueId, name, path }: Model, statement: MappedText): CreatedAgain {
  return {
    statement,
    fault: (refusal) => ({
      code: 'dependent-objects',
      nodes: [uniqueId],
      message: `the view "${name}" reads a relation that is replaced, and cannot be created again: ${refusal}`,
      at: fileStart(path),
      hint: 'change its model to fit what it reads, and build both in the same run',
    }),
  };
}

/** A view whose model is not in the project any more. */
export function modelGone(id: string, relation: Relation | undefined): Fault {
  const name = relation === undefined ? id : relationName(relation);
  return {
    code: 'dependent-objects',
    nodes: [id],
    message: `the view ${name} reads a relation that is replaced, and its model is not in the project any more`,
    hint: `drop it: drop view ${name}`,
  };
}

/** A view that is not built in this run, and would not come again as it was. */
export function modelChanged({ uniqueId, name, path }: Node): Fault {
  return {
    code: 'dependent-objects',
    nodes: [uniqueId],
    message: `the view "${name}" reads a relation that is replaced, and its model has changed since it was published`,
    at: fileStart(path),
    hint: 'build it in the same run: select it as well',
  };
}
