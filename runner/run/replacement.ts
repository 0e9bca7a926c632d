import type { Dialect, RelationProperty } from '../adapters/dialect.ts';
import { topological } from '../core/dag.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { plain } from '../core/mapped-text.ts';
import type { Relation } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import { runOfRelation } from '../materialize/names.ts';
import { Statements } from '../materialize/statements.ts';
import type { Buildable, Manifest, Model } from '../project/manifest.ts';
import type { CreatedAgain } from './created-again.ts';
import { modelChanged, modelCreatedAgain, modelGone } from './created-again.ts';
import type { Dependent } from './dependents.ts';
import { dependentsOf } from './dependents.ts';
import type { Executor } from './executor.ts';
import { lostProperties, propertiesOf, restoreProperties } from './properties.ts';
import type { Preparation } from './prepare.ts';
import { isWithoutContract } from './alter-in-place.ts';
import type { Change } from './changes.ts';
import { foreignCreatedAgain, foreignFaults, nodesRead } from './foreign-dependents.ts';
import { hiddenGrants } from './grant-sight.ts';
import { grantsOf } from './grants.ts';
import { isMaterialized, runGraph } from './run-graph.ts';

/** The statements of a publish for its nodes, with what has to go before and what comes again after. */
export interface Replacement {
  readonly before: readonly MappedText[];
  readonly ordered: readonly MappedText[];
  readonly after: readonly MappedText[];
  /** Views of ours that are created again only because of what they read. */
  readonly remade: readonly string[];
  /** What the engine may refuse to create upon a relation of other columns. */
  readonly createdAgain: readonly CreatedAgain[];
}

export interface ReplacementInput {
  readonly manifest: Manifest;
  readonly preparation: Preparation;
  readonly dialect: Dialect;
  /** Whether views and indexes of others may be dropped and created again. */
  readonly replaceDependents: boolean;
}

/**
 * Works out how relations make way for others. Where nobody else can be reading, each is dropped and made in its turn.
 * Else all that reads them is dropped first, from the outermost in, and comes again afterwards with the rights it had.
 * Throws a FaultError that names what is not ours.
 */
export async function replacementOf(
  changes: readonly Change[],
  input: ReplacementInput,
  executor: Executor,
): Promise<Replacement> {
  const sql = new Statements(input.dialect);
  const dropped = changes.filter(({ drops }) => drops !== undefined);
  const { readers } = input.dialect;
  const replaced = changes.filter((change) => isReplacedInPlace(change, input));
  if (readers === undefined || dropped.length + replaced.length === 0) {
    const ordered = changes.flatMap(({ plan, drops, statements }) => [
      ...(drops === undefined ? [] : [sql.makeWay(plan.names, drops)]),
      ...statements,
    ]);
    return { before: [], ordered, after: [], remade: [], createdAgain: [] };
  }
  const roots = dropped.map(({ plan }) => plan.names.published);
  const found = await dependentsOf(roots, readers, executor);
  return new Replacing(changes, found, input).replacement(executor);
}

/** PostgreSQL takes the options of a view from the statement that replaces it: those that it had are gone then. */
function isReplacedInPlace({ how, plan, drops }: Change, { preparation }: ReplacementInput): boolean {
  return (
    how === 'replace view' &&
    drops === undefined &&
    preparation.warehouse.catalog.has(relationName(plan.names.published))
  );
}

class Replacing {
  readonly #changes: ReadonlyMap<string, Change>;
  readonly #found: readonly Dependent[];
  readonly #input: ReplacementInput;
  readonly #sql: Statements;
  readonly #roots: ReadonlyMap<string, Change>;
  /** Our nodes by the name of the relation that is published for them. */
  readonly #nodes: ReadonlyMap<string, string>;

  constructor(changes: readonly Change[], found: readonly Dependent[], input: ReplacementInput) {
    this.#changes = new Map(changes.map((change) => [change.plan.node.uniqueId, change]));
    this.#found = found;
    this.#input = input;
    this.#sql = new Statements(input.dialect);
    const { published } = input.preparation.warehouse;
    const roots = changes.filter(({ drops }) => drops !== undefined);
    this.#roots = new Map(roots.map((root) => [relationName(root.plan.names.published), root]));
    // The nodes of this run come last: the state may be lost, or name a node that had the relation before.
    this.#nodes = new Map([
      ...[...published].map(([id, { relation }]): [string, string] => [relationName(relation), id]),
      ...changes.map(({ plan }): [string, string] => [relationName(plan.names.published), plan.node.uniqueId]),
    ]);
  }

  async replacement(executor: Executor): Promise<Replacement> {
    const foreign = this.#found.filter((dependent) => !this.#isOurs(dependent));
    const remade = this.#found.flatMap(({ relation }) => {
      const id = this.#nodes.get(relationName(relation));
      return id !== undefined && this.#changes.get(id)?.drops === undefined ? [id] : [];
    });
    const relations = this.#found.filter(({ relation }) => relation.identifier !== '');
    const kept = relations
      .map(({ relation }) => relation)
      .filter(({ identifier }) => runOfRelation(identifier) === undefined);
    const { dialect } = this.#input;
    const properties = await this.#properties(kept, executor);
    const grants = await grantsOf(kept, (relation) => this.#successor(relation), dialect, executor);
    const faults = [
      ...foreignFaults(foreign, this.#replaced(), this.#input.replaceDependents),
      ...remade.flatMap((id) => this.#changedFaults(id)),
      ...lostProperties(properties),
      ...grants.faults,
      ...(await hiddenGrants(
        this.#replaced().map(({ name }) => `"${name}"`),
        dialect,
        executor,
      )),
    ];
    if (faults.length > 0) throw new FaultError(this.#ofReplaced(faults));
    const order = topological(runGraph(this.#input.manifest, [...this.#changes.keys(), ...remade]));
    const steps = order.map((id) => ({ id, statements: this.#statements(id, remade) }));
    const again = this.#again(foreign);
    const restored = restoreProperties(properties, dialect);
    const unchanged = steps.filter(({ id }) => !this.#changes.get(id)?.statements.length);
    return {
      before: relations.map((dependent) => this.#away(dependent)),
      ordered: steps.flatMap(({ statements }) => statements),
      // The owner comes before the rights: what is granted to a user is gone once the user has been the owner.
      after: [...[...again, ...restored].map(({ statement }) => statement), ...grants.statements],
      remade,
      createdAgain: [
        ...again,
        ...restored,
        ...unchanged.flatMap(({ id, statements }) =>
          statements.map((statement) => modelCreatedAgain(this.#model(id), statement)),
        ),
      ],
    };
  }

  #away({ relation, kind }: Dependent): MappedText {
    const { plan, drops } = this.#roots.get(relationName(relation)) ?? {};
    if (plan !== undefined && drops !== undefined) return this.#sql.makeWay(plan.names, drops);
    return plain(`drop ${kind} ${this.#input.dialect.relation(relation)}`);
  }

  /** What the relations have that go, and the options of views that are replaced in place. */
  async #properties(kept: readonly Relation[], executor: Executor): Promise<RelationProperty[]> {
    const { dialect } = this.#input;
    const dropped = kept.map((relation) => ({
      relation,
      successor: this.#successor(relation),
      keepsNotNull: this.#isWithoutContract(relation),
    }));
    const inPlace = [...this.#changes.values()]
      .filter((change) => isReplacedInPlace(change, this.#input))
      .map(({ plan }) => plan.names.published)
      .filter((relation) => !kept.some((other) => relationName(other) === relationName(relation)));
    const ofViews = inPlace.map((relation) => ({ relation, successor: relation, keepsNotNull: false }));
    const options = (await propertiesOf(ofViews, dialect, executor)).filter(
      ({ property, column }) => property === 'option' && column === undefined,
    );
    return [...(await propertiesOf(dropped, dialect, executor)), ...options];
  }

  /** What has the columns that a relation will have. */
  #successor(relation: Relation): Relation {
    const id = this.#nodes.get(relationName(relation));
    const root = this.#roots.get(relationName(relation));
    return (root ?? this.#changes.get(id ?? ''))?.plan.names.build ?? relation;
  }

  /** Whether no contract says, or has said, which of its columns may be null. */
  #isWithoutContract(relation: Relation): boolean {
    const root = this.#roots.get(relationName(relation));
    if (root === undefined) return false;
    return isWithoutContract(root.plan.node, this.#input.preparation);
  }

  #isOurs({ relation }: Dependent): boolean {
    const name = relationName(relation);
    return this.#roots.has(name) || this.#nodes.has(name) || runOfRelation(relation.identifier) !== undefined;
  }

  /** A view that goes with what it reads comes again, changed or not. */
  #statements(id: string, remade: readonly string[]): readonly MappedText[] {
    const change = this.#changes.get(id);
    if (!remade.includes(id)) return change?.statements ?? [];
    return (change?.plan ?? this.#planOf(id)).publish.again;
  }

  #planOf(id: string): Change['plan'] {
    return this.#input.preparation.plan(this.#model(id));
  }

  #model(id: string): Model {
    const node = this.#input.manifest.nodes.get(id);
    if (node?.resourceType !== 'model') throw new Error(`${id} is no view`);
    return node;
  }

  /** A view that is not of this run must come again as it was, and only its model can tell how that is. */
  #changedFaults(id: string): Fault[] {
    if (this.#changes.has(id)) return [];
    const node = this.#input.manifest.nodes.get(id);
    const before = this.#input.preparation.warehouse.published.get(id);
    if (node === undefined) return [modelGone(id, before?.relation)];
    return this.#planOf(id).fingerprint === before?.fingerprint ? [] : [modelChanged(node)];
  }

  /** Faults that no node is named in are those of the nodes whose relations are dropped. */
  #ofReplaced(faults: readonly Fault[]): Fault[] {
    const nodes = this.#replaced().map(({ uniqueId }) => uniqueId);
    return faults.map((fault) => ({ nodes, ...fault }));
  }

  #replaced(): Buildable[] {
    return [...this.#roots.values()].map(({ plan }) => plan.node);
  }

  /** What others have built upon it, the innermost first. */
  #again(foreign: readonly Dependent[]): CreatedAgain[] {
    const { dialect, manifest } = this.#input;
    const ours = new Map(
      this.#found.flatMap(({ relation }) => {
        const name = relationName(relation);
        const node = manifest.nodes.get(this.#nodes.get(name) ?? this.#roots.get(name)?.plan.node.uniqueId ?? '');
        return node !== undefined && isMaterialized(node) ? [[name, node] as const] : [];
      }),
    );
    return foreign.toReversed().map((dependent) => {
      const { kind, relation, definition } = dependent;
      const text = kind === 'index' ? definition : `create ${kind} ${dialect.relation(relation)} as\n${definition}`;
      return foreignCreatedAgain(dependent, nodesRead(dependent, this.#found, ours), plain(text));
    });
  }
}
