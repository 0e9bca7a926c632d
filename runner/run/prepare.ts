import type { Target } from '../config/target.ts';
import { limitsOf } from '../adapters/limits.ts';
import { topological } from '../core/dag.ts';
import type { Fault } from '../core/fault.ts';
import { FaultError } from '../core/fault.ts';
import { fileStart, locationAt } from '../core/location.ts';
import type { Relation } from '../core/relation.ts';
import { relationName } from '../core/relation.ts';
import type { CompileContext, NameMap } from '../materialize/compile.ts';
import type { Naming, RelationNames } from '../materialize/names.ts';
import { comparedColumns } from '../materialize/columns.ts';
import { publishedRelation, relationNames } from '../materialize/names.ts';
import { planNode } from '../materialize/plan-node.ts';
import type { NodePlan, PublishedNode, Shapes } from '../materialize/plan.ts';
import { keptTable } from '../materialize/plan.ts';
import { Statements } from '../materialize/statements.ts';
import type { Buildable, Manifest, Model, Test } from '../project/manifest.ts';
import { appendFaults } from './append-faults.ts';
import { droppedNote, foreignRelations, isDropped } from './foreign-relations.ts';
import type { CopyFiles } from './load/copy-files.ts';
import { findCopyFiles } from './load/copy-files.ts';
import type { LoadedFile } from './load/ledger.ts';
import { objectAccess } from './load/object-access.ts';
import { openSource } from './load/open-source.ts';
import { LoadHorizon } from './load-horizon.ts';
import { mayPass } from './retry.ts';
import { longStatements } from './road-limits.ts';
import { metaNamesTaken } from './meta-names-taken.ts';
import { namesTaken } from './name-taken.ts';
import { isMaterialized, relationsRead, runGraph, testsOf } from './run-graph.ts';
import type { Warehouse } from './warehouse.ts';
import { publishedNode } from './state.ts';

/** What a run is asked to do. */
export interface RunRequest {
  readonly context: CompileContext;
  readonly projectDir: string;
  readonly target: Target;
  readonly naming: Naming;
  /** The schema of the state. */
  readonly metaSchema: string;
  readonly runId: string;
  /** Unique ids of the models and seeds to build. */
  readonly selected: ReadonlySet<string>;
  readonly fullRefresh: boolean;
  /** Whether what others have built upon a relation may be dropped with it and created again. */
  readonly replaceDependents: boolean;
  /** Unique ids of tests that are not to run. */
  readonly excludedTests: ReadonlySet<string>;
  /** Breaks off what is read from afar. */
  readonly signal: AbortSignal;
}

/** All that a run will do, before anything is written. */
export interface Preparation {
  readonly warehouse: Warehouse;
  readonly sequence: number;
  /** In the order in which they are built. */
  readonly plans: ReadonlyMap<string, NodePlan>;
  readonly copies: ReadonlyMap<string, CopyFiles>;
  readonly tests: readonly Test[];
  /** Tests that would read a relation that does not exist yet. */
  readonly skippedTests: readonly { readonly test: Test; readonly missing: string }[];
  readonly building: NameMap;
  readonly publishing: NameMap;
  readonly horizon: LoadHorizon;
  /** Plans a node: once more, with what the look of its plan gave; or one that is not of this run. */
  readonly plan: (node: Buildable, shapes?: Shapes) => NodePlan;
}

/**
 * Plans a run on a warehouse as it was read: lists raw files and reads the ledger, and writes nothing.
 * Throws a FaultError with all that stands against the run.
 */
export function prepareRun(request: RunRequest, warehouse: Warehouse, readLedger: ReadLedger): Promise<Preparation> {
  return new Preparer(request, warehouse, readLedger).prepare();
}

/** Gives the files that are loaded for a copy model. */
export type ReadLedger = (uniqueId: string) => Promise<readonly LoadedFile[]>;

class Preparer {
  readonly #request: RunRequest;
  readonly #manifest: Manifest;
  readonly #warehouse: Warehouse;
  readonly #readLedger: ReadLedger;
  readonly #plans = new Map<string, NodePlan>();
  readonly #copies = new Map<string, CopyFiles>();
  readonly #faults: Fault[] = [];

  constructor(request: RunRequest, warehouse: Warehouse, readLedger: ReadLedger) {
    this.#request = request;
    this.#manifest = request.context.manifest;
    this.#warehouse = warehouse;
    this.#readLedger = readLedger;
  }

  async prepare(): Promise<Preparation> {
    const nodes = topological(runGraph(this.#manifest, this.#request.selected))
      .map((id) => this.#manifest.nodes.get(id))
      .filter((node) => node !== undefined)
      .filter(isMaterialized);
    const inRun = new Set(nodes.map((node) => node.uniqueId));
    this.#checkForeign(nodes);
    for (const node of nodes) this.#checkParents(node, inRun);
    for (const node of nodes) {
      await this.#attempt(async () => {
        if (node.resourceType === 'model' && node.config.materialized === 'copy')
          this.#copies.set(node.uniqueId, await this.#copyFiles(node));
        this.#plans.set(node.uniqueId, this.#plan(node));
      });
    }
    const horizon = this.#horizon(inRun);
    const append = { manifest: this.#manifest, horizon, inRun, published: (id: string) => this.#publishedNode(id) };
    for (const plan of this.#plans.values()) this.#faults.push(...appendFaults(plan, append));
    const { context, metaSchema } = this.#request;
    const limits = limitsOf(context.target.type);
    if (limits !== undefined)
      for (const plan of this.#plans.values()) this.#faults.push(...longStatements(plan, limits));
    const wanted = testsOf(this.#manifest, this.#request.selected).filter(
      (test) => !this.#request.excludedTests.has(test.uniqueId),
    );
    this.#faults.push(...metaNamesTaken(wanted, metaSchema, context.dialect, this.#warehouse));
    if (this.#faults.length > 0) throw new FaultError(this.#faults);
    const tests = wanted.map((test) => ({ test, missing: this.#missing(test.uniqueId, inRun)[0]?.name }));
    return {
      warehouse: this.#warehouse,
      sequence: this.#warehouse.lastSequence + 1,
      plans: this.#plans,
      copies: this.#copies,
      tests: tests.filter(({ missing }) => missing === undefined).map(({ test }) => test),
      skippedTests: tests.flatMap(({ test, missing }) => (missing === undefined ? [] : [{ test, missing }])),
      building: this.#building,
      publishing: this.#published,
      horizon,
      plan: (node, shapes) => this.#plan(node, shapes),
    };
  }

  async #attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof FaultError) || mayPass(error)) throw error;
      // Two models may have the same thing against them, such as the bucket that both are loaded from.
      const isNew = ({ message }: Fault): boolean => this.#faults.every((fault) => fault.message !== message);
      this.#faults.push(...error.faults.filter(isNew));
    }
  }

  #plan(node: Buildable, shapes?: Shapes): NodePlan {
    const { context, fullRefresh } = this.#request;
    const names = this.#names(node);
    const copy = this.#copies.get(node.uniqueId);
    const plan = planNode(node, {
      context,
      sql: new Statements(context.dialect, comparedColumns(node, shapes, context.dialect)),
      names,
      published: this.#publishedNode(node.uniqueId),
      fullRefresh,
      sequence: this.#warehouse.lastSequence + 1,
      fields: copy?.fields ?? [],
      filesToLoad: (copy?.files.length ?? 0) > 0,
      shapes,
      building: this.#building,
      publishing: this.#published,
    });
    if (!isDropped(node, this.#request.naming, this.#warehouse)) return plan;
    return { ...plan, notes: [...plan.notes, droppedNote(node, this.#request.naming)] };
  }

  #names(node: Buildable): RelationNames {
    const { naming, runId } = this.#request;
    return relationNames(node, { ...naming, run: runId });
  }

  #building = (id: string): Relation => this.#plans.get(id)?.future ?? this.#published(id);

  #published = (id: string): Relation => {
    const node = this.#manifest.nodes.get(id);
    if (node === undefined || !isMaterialized(node)) throw new Error(`${id} is no relation`);
    return publishedRelation(node, this.#request.naming);
  };

  /** The nodes that a node reads, and that are neither in the run nor published. */
  #missing(uniqueId: string, inRun: ReadonlySet<string>): Buildable[] {
    return [...relationsRead(this.#manifest, uniqueId)]
      .filter((id) => !inRun.has(id) && !this.#warehouse.catalog.has(relationName(this.#published(id))))
      .map((id) => this.#manifest.nodes.get(id))
      .filter((node) => node !== undefined && isMaterialized(node));
  }

  #checkParents(node: Buildable, inRun: ReadonlySet<string>): void {
    for (const parent of this.#missing(node.uniqueId, inRun)) {
      const { name } = parent;
      const isGone = isDropped(parent, this.#request.naming, this.#warehouse);
      const mention = node.resourceType === 'model' ? node.facts.refs.find((ref) => ref.name === name) : undefined;
      this.#faults.push({
        code: 'relation-missing',
        message: `"${node.name}" reads "${name}", which is ${isGone ? 'not selected, and was published and is not there any more' : 'neither selected nor published yet'}`,
        at:
          node.resourceType === 'model'
            ? locationAt(node.template, mention?.at ?? 0, name.length + 2)
            : fileStart(node.path),
        hint: `build what it needs as well: sparkify-run models +${node.name}`,
      });
    }
  }

  /** What somebody else has put where a node is published is not ours to drop. */
  #checkForeign(nodes: readonly Buildable[]): void {
    const { naming, metaSchema, fullRefresh } = this.#request;
    const taken = nodes.flatMap((node) => namesTaken(node, naming, this.#warehouse.nameHolders));
    const foreign = fullRefresh ? [] : foreignRelations(nodes, naming, metaSchema, this.#warehouse);
    this.#faults.push(...taken, ...foreign);
  }

  #horizon(inRun: ReadonlySet<string>): LoadHorizon {
    return new LoadHorizon({
      manifest: this.#manifest,
      sequence: this.#warehouse.lastSequence + 1,
      inRun,
      loading: new Set([...this.#copies].filter(([, { files }]) => files.length > 0).map(([id]) => id)),
      published: (id) => this.#publishedNode(id)?.state?.loadedUpTo,
    });
  }

  #publishedNode(id: string): PublishedNode | undefined {
    return publishedNode(this.#warehouse, id, this.#published(id));
  }

  /** All files count as new when the table is made anew as a whole. */
  async #copyFiles(model: Model): Promise<CopyFiles> {
    const { context, projectDir, fullRefresh, signal } = this.#request;
    const isKept = keptTable({ published: this.#publishedNode(model.uniqueId), fullRefresh }) !== undefined;
    const ledger = isKept ? await this.#readLedger(model.uniqueId) : [];
    const source = await openSource(model, context, projectDir, signal);
    const isByObjects = context.dialect.reading.kind === 'objects';
    const access = isByObjects ? await objectAccess(source, this.#request) : undefined;
    return findCopyFiles(model, source, ledger, access);
  }
}
