import { hash } from 'node:crypto';
import type { Relation } from '../core/relation.ts';
import type { Buildable } from '../project/manifest.ts';

/**
 * The relations of one node in one run. All of them stand in the published schema, because neither DuckDB nor
 * Redshift can move a table between schemas.
 */
export interface RelationNames {
  /** What readers see. */
  readonly published: Relation;
  /** The future table or view, that everything of this run reads. */
  readonly build: Relation;
  /** The rows that this run adds or replaces. */
  readonly delta: Relation;
  /** The rows in which the future table differs from the published one. */
  readonly difference: Relation;
  /** Where a published table goes that another one takes the place of, until nobody reads it any more. */
  readonly setAside: Relation;
  /** The raw rows that a copy could not load: published, and of this run. */
  readonly rejects: Relation;
  readonly newRejects: Relation;
}

/** What sets the relations of a run apart, and what a sweep looks for. */
export const ofRun = /__(r[0-9a-z]{9})(_[a-z]+)?$/;

/** What a target says of names. */
export interface Naming {
  /** Put before the name of each schema. */
  readonly schemaPrefix: string;
  /** The longest name of a relation, in bytes. */
  readonly maxBytes: number;
}

/** Where a node is published. */
export function publishedRelation(node: Buildable, { schemaPrefix, maxBytes }: Naming): Relation {
  return { schema: schemaPrefix + node.config.schema, identifier: fitted(node.name, '', maxBytes) };
}

/** Where the raw rows stand that a copy model could not load. */
export function rejectsRelation(node: Buildable, naming: Naming): Relation {
  const { schema } = publishedRelation(node, naming);
  return { schema, identifier: fitted(node.name, '_rejects', naming.maxBytes) };
}

/** The names of a node's relations: the same for the same node, run and limits. */
export function relationNames(node: Buildable, options: Naming & { run: string }): RelationNames {
  const published = publishedRelation(node, options);
  const name = (suffix: string): Relation => ({
    schema: published.schema,
    identifier: fitted(node.name, suffix, options.maxBytes),
  });
  return {
    published,
    build: name(`__${options.run}`),
    delta: name(`__${options.run}_delta`),
    difference: name(`__${options.run}_difference`),
    setAside: name(`__${options.run}_before`),
    rejects: rejectsRelation(node, options),
    newRejects: name(`__${options.run}_rejects`),
  };
}

/** The run that made a relation for itself, by its name; undefined for one that was published or is not ours. */
export function runOfRelation(identifier: string): string | undefined {
  return ofRun.exec(identifier)?.[1];
}

/** What the database says, with the names of published relations in the place of those that runs build. */
export function withPublishedNames(text: string): string {
  return text.replace(/__r[0-9a-z]{9}(?:_(?:delta|difference|before|rejects))?(?![0-9a-z])/g, '');
}

/** A new id for a run: when it began, to the second, and some chance. */
export function newRunId(now: Date, random: () => number): string {
  const seconds = Math.floor(now.getTime() / 1000)
    .toString(36)
    .padStart(6, '0')
    .slice(-6);
  const chance = Math.floor(random() * 36 ** 3)
    .toString(36)
    .padStart(3, '0');
  return `r${seconds}${chance}`;
}

/** A name cut to the limit of the engine. A hash stands for what is cut off, so that two long names stay apart. */
export function fitted(name: string, suffix: string, maxBytes: number): string {
  const room = maxBytes - Buffer.byteLength(suffix);
  if (Buffer.byteLength(name) <= room) return name + suffix;
  const digest = hash('sha1', name).slice(0, 8);
  return `${name.slice(0, room - digest.length - 1)}_${digest}${suffix}`;
}
