import type { ProjectConfig } from '../config/schema.ts';
import type { Dag } from '../core/dag.ts';
import type { KeyPath, Place } from '../core/location.ts';
import type { Origin } from '../core/mapped-text.ts';
import type { Column, CompUpdate, Materialization, OnSchemaChange, Severity, Strategy } from '../core/node.ts';
import type { TimeFormat } from '../json/copy-options.ts';
import type { TemplateFacts } from '../template/facts.ts';
import type { Macro } from '../template/macro.ts';
import type { Template } from '../template/syntax.ts';

/** A project as data: every node, what it depends on, and the macros. Made without rendering or connecting. */
export interface Manifest {
  readonly config: ProjectConfig;
  /** By unique id, in alphabetical order. */
  readonly nodes: ReadonlyMap<string, Node>;
  readonly macros: readonly Macro[];
  /** SQL to run when a warehouse is opened to be built: `macros/<dialect>/*.sql`. */
  readonly sessions: readonly { readonly dialect: string; readonly script: Origin }[];
  /** All nodes, along `dependsOn`. */
  readonly graph: Dag;
  /** Files that could not be read: what they would have defined must not be missed elsewhere. */
  readonly unreadable: readonly string[];
}

export type Node = Model | Seed | Test | Analysis | Source;
/** A node that becomes a relation of the warehouse. */
export type Buildable = Model | Seed;
interface NodeBase {
  readonly uniqueId: string;
  readonly name: string;
  /** The file that defines it, relative to the project. */
  readonly path: string;
  /** Project, folders and name: what selectors match. */
  readonly fqn: readonly string[];
  readonly description: string;
  readonly tags: readonly string[];
  /** Unique ids of the nodes that it depends on, as far as they exist. */
  readonly dependsOn: readonly string[];
}

export interface Model extends NodeBase {
  readonly resourceType: 'model';
  readonly config: ModelConfig;
  readonly template: Template;
  readonly facts: TemplateFacts;
  /** The columns of its table as declared; undefined when its query decides. */
  readonly contract: readonly Column[] | undefined;
  readonly properties: Properties | undefined;
}

export interface ModelConfig {
  readonly materialized: Exclude<Materialization, 'seed'>;
  /** Without the prefix that a target may put before it. */
  readonly schema: string;
  readonly uniqueKey: readonly string[];
  readonly strategy: Strategy;
  readonly onSchemaChange: OnSchemaChange;
  readonly dist: string | undefined;
  readonly sort: readonly string[];
  readonly sortType: 'compound' | 'interleaved' | undefined;
  /** Names of models and seeds it waits for without a ref. */
  readonly dependsOn: readonly string[];
  /** How many raw rows a copy may reject; 0 when a single one holds the run. */
  readonly maxErrors: number;
  readonly load: LoadSettings;
}

/** How a copy model is loaded: undefined where it does not say. */
export interface LoadSettings {
  readonly timeFormat: TimeFormat | undefined;
  readonly truncateColumns: boolean | undefined;
  readonly blanksAsNull: boolean | undefined;
  readonly emptyAsNull: boolean | undefined;
  readonly statUpdate: boolean | undefined;
  readonly compUpdate: CompUpdate | undefined;
}

export interface Seed extends NodeBase {
  readonly resourceType: 'seed';
  readonly config: { readonly materialized: 'seed'; readonly schema: string };
  /** The names in the first line of its file. */
  readonly header: readonly string[];
  /** Its columns: as declared, else those of the header as text. */
  readonly contract: readonly Column[];
  readonly properties: Properties | undefined;
}

export interface Analysis extends NodeBase {
  readonly resourceType: 'analysis';
  readonly template: Template;
  readonly facts: TemplateFacts;
}

/** A group of raw files that dwh.yaml declares. */
export interface Source extends NodeBase {
  readonly resourceType: 'source';
  readonly group: string;
  readonly file: string;
}

export interface Test extends NodeBase {
  readonly resourceType: 'test';
  readonly check: Check;
  readonly severity: Severity;
  /** Where it is written. */
  readonly at: Place;
}

/** What a data test looks for. Rows that its query gives are the ones that should not be there. */
export type Check =
  | { readonly kind: 'not_null'; readonly model: string; readonly column: string }
  | { readonly kind: 'unique'; readonly model: string; readonly columns: readonly string[] }
  | {
      readonly kind: 'accepted_values';
      readonly model: string;
      readonly column: string;
      readonly values: readonly (string | number | boolean)[];
    }
  | {
      readonly kind: 'accepted_range';
      readonly model: string;
      readonly column: string;
      /** The ends of the range, both included. */
      readonly minValue: string | number | undefined;
      readonly maxValue: string | number | undefined;
    }
  | {
      readonly kind: 'relationships';
      readonly model: string;
      readonly column: string;
      readonly to: string;
      readonly toColumn: string;
    }
  | SqlCheck;

export interface SqlCheck {
  readonly kind: 'sql';
  readonly template: Template;
  readonly facts: TemplateFacts;
}

/** What a properties file says of one node, and where. */
export interface Properties {
  readonly place: KeyPath;
  readonly columns: readonly { readonly name: string; readonly description: string }[];
}

/** The model or seed of that name. */
export function buildableNamed(manifest: Manifest, name: string): Buildable | undefined {
  const project = manifest.config.name;
  const node = manifest.nodes.get(`model.${project}.${name}`) ?? manifest.nodes.get(`seed.${project}.${name}`);
  return node !== undefined && isBuildable(node) ? node : undefined;
}

/** The template that a node is made of, if it is made of one. */
export function queryOf(node: Node): Pick<SqlCheck, 'template' | 'facts'> | undefined {
  if (node.resourceType === 'model' || node.resourceType === 'analysis') return node;
  return node.resourceType === 'test' && node.check.kind === 'sql' ? node.check : undefined;
}

/** The names that a ref may give. */
export function refNames(manifest: Manifest): string[] {
  return [...manifest.nodes.values()].filter(isBuildable).map((node) => node.name);
}

export function isBuildable(node: Node): node is Buildable {
  return node.resourceType === 'model' || node.resourceType === 'seed';
}

/** The macros as one dialect sees them: its own version of a name before the one for all. */
export function macrosFor(manifest: Pick<Manifest, 'macros'>, dialects: readonly string[]): ReadonlyMap<string, Macro> {
  const rank = (macro: Macro): number =>
    macro.dialect === undefined ? dialects.length : dialects.indexOf(macro.dialect);
  const chosen = new Map<string, Macro>();
  for (const macro of manifest.macros) {
    if (rank(macro) === -1) continue;
    const known = chosen.get(macro.name);
    if (known === undefined || rank(macro) < rank(known)) chosen.set(macro.name, macro);
  }
  return chosen;
}
