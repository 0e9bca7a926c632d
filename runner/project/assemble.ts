import { fileStart } from '../core/location.ts';
import type { ProjectConfig } from '../config/schema.ts';
import { dwhYaml } from '../config/schema.ts';
import { dagOf } from '../core/dag.ts';
import type { Fault } from '../core/fault.ts';
import type { Place } from '../core/location.ts';
import type { Column } from '../core/node.ts';
import { namePattern, uniqueId } from '../core/node.ts';
import { readFacts } from '../template/facts.ts';
import type { Template } from '../template/syntax.ts';
import { contractOf, invalidName } from './contract.ts';
import { nodeName, subfolders } from './discover.ts';
import type { Entries, Entry } from './entries.ts';
import { entriesWithoutNode, gatherEntries, propertiesOf } from './entries.ts';
import { readMacroFile } from './macro-file.ts';
import type { Analysis, Manifest, Model, Node, Seed, Source, Test } from './manifest.ts';
import { folderDefaults, modelConfig, testConfig } from './model-config.ts';
import type { ParsedFiles, TemplateKind } from './parse-files.ts';
import { declaredTests, withOwnNames } from './tests.ts';

/** Connects the files of a project to a manifest. What does not fit together is added to `faults`. */
export function assemble(config: ProjectConfig, files: ParsedFiles, faults: Fault[]): Manifest {
  const assembly = new Assembly(config, files, faults);
  const nodes = new Map(assembly.nodes().map((node) => [node.uniqueId, node]));
  return {
    config,
    nodes,
    macros: assembly.templates('macro').map((template) => readMacroFile(template, faults)),
    sessions: files.sessions,
    graph: dagOf(new Map([...nodes].map(([id, node]) => [id, node.dependsOn]))),
    unreadable: files.unreadable,
  };
}

class Assembly {
  readonly #config: ProjectConfig;
  readonly #files: ParsedFiles;
  readonly #faults: Fault[];
  readonly #entries: Entries;
  /** Names that a ref may give: for each the node that it stands for and the file that defines it. */
  readonly #refs = new Map<string, { readonly id: string; readonly path: string }>();

  constructor(config: ProjectConfig, files: ParsedFiles, faults: Fault[]) {
    this.#config = config;
    this.#files = files;
    this.#faults = faults;
    this.#entries = gatherEntries(files.properties, faults);
    for (const { path } of this.templates('model')) this.#declare('model', path);
    for (const { path } of files.seeds) this.#declare('seed', path);
  }

  templates(kind: TemplateKind): Template[] {
    return this.#files.templates.filter((file) => file.kind === kind).map((file) => file.template);
  }

  /** All nodes, in alphabetical order; of two that have the same name only the first. */
  nodes(): Node[] {
    const all = [
      ...this.#sources(),
      ...this.templates('model').map((template) => this.#model(template)),
      ...this.#files.seeds.map(({ path, header }) => this.#seed(path, header)),
      ...this.templates('analysis').map((template) => this.#analysis(template)),
      ...this.templates('test').map((template) => this.#sqlTest(template)),
      ...this.#declaredTests(),
    ];
    this.#faults.push(...entriesWithoutNode(this.#entries, (kind) => this.#namesOf(kind, all)));
    return this.#withoutDuplicates(all).toSorted((a, b) => (a.uniqueId < b.uniqueId ? -1 : 1));
  }

  /** Notes the name of a model or seed, before any ref is looked up. */
  #declare(type: 'model' | 'seed', path: string): void {
    const name = nodeName(path);
    if (!namePattern.test(name)) this.#faults.push(invalidName(name, fileStart(path)));
    const other = this.#refs.get(name);
    if (other === undefined) this.#refs.set(name, { id: uniqueId(type, this.#config.name, name), path });
    else this.#faults.push(duplicate(name, fileStart(path), other.path));
  }

  #withoutDuplicates(nodes: readonly Node[]): Node[] {
    const kept = new Map<string, Node>();
    for (const node of nodes) {
      const other = kept.get(node.uniqueId);
      if (other === undefined) kept.set(node.uniqueId, node);
      // Models and seeds were told when they were declared.
      else if (node.resourceType !== 'model' && node.resourceType !== 'seed')
        this.#faults.push(
          duplicate(node.name, node.resourceType === 'test' ? node.at : fileStart(node.path), other.path),
        );
    }
    return [...kept.values()];
  }

  #namesOf(kind: keyof Entries, nodes: readonly Node[]): ReadonlySet<string> {
    const type = ({ models: 'model', seeds: 'seed', analyses: 'analysis' } as const)[kind];
    const defined = nodes.filter((node) => node.resourceType === type).map((node) => node.name);
    return new Set([...defined, ...this.#files.unreadable.map(nodeName)]);
  }

  #idOf = (name: string): string | undefined => this.#refs.get(name)?.id;

  /** Unique ids of what refs name, as far as it exists. */
  #refIds(names: readonly string[]): string[] {
    return [...new Set(names.map(this.#idOf).filter((id) => id !== undefined))].sort();
  }

  #fqn(path: string): string[] {
    return [this.#config.name, ...subfolders(path), nodeName(path)];
  }

  #model(template: Template): Model {
    const { path } = template;
    const name = nodeName(path);
    const facts = readFacts(template, this.#faults);
    const { tags, ...config } = modelConfig(this.#config, template, facts.config, this.#faults);
    const entry = this.#entries.models.get(name);
    const sources = facts.sources.map((source) => uniqueId('source', this.#config.name, source.group, source.name));
    return {
      resourceType: 'model',
      uniqueId: uniqueId('model', this.#config.name, name),
      name,
      path,
      fqn: this.#fqn(path),
      description: entry?.node.description ?? '',
      tags,
      dependsOn: [...this.#refIds([...facts.refs.map((ref) => ref.name), ...config.dependsOn]), ...sources],
      config,
      template,
      facts,
      contract: this.#contract(entry),
      properties: entry === undefined ? undefined : propertiesOf(entry),
    };
  }

  #seed(path: string, header: readonly string[]): Seed {
    const name = nodeName(path);
    const entry = this.#entries.seeds.get(name);
    const defaults = folderDefaults(this.#config, path);
    return {
      resourceType: 'seed',
      uniqueId: uniqueId('seed', this.#config.name, name),
      name,
      path,
      fqn: this.#fqn(path),
      description: entry?.node.description ?? '',
      tags: defaults.tags,
      dependsOn: [],
      config: { materialized: 'seed', schema: defaults.schema ?? this.#config.name },
      header,
      contract:
        this.#contract(entry) ??
        header.map((column): Column => ({ name: column, type: { kind: 'varchar', bytes: 65535 }, notNull: false })),
      properties: entry === undefined ? undefined : propertiesOf(entry),
    };
  }

  #contract(entry: Entry | undefined): readonly Column[] | undefined {
    return entry === undefined ? undefined : contractOf(entry.node.columns ?? [], entry.place, this.#faults);
  }

  #analysis(template: Template): Analysis {
    const facts = readFacts(template, this.#faults);
    const description = this.#entries.analyses.get(nodeName(template.path))?.node.description ?? '';
    return {
      ...this.#queryNode('analysis', template, facts.refs),
      resourceType: 'analysis',
      description,
      template,
      facts,
    };
  }

  #sqlTest(template: Template): Test {
    const facts = readFacts(template, this.#faults);
    const { severity, tags } = testConfig(template, facts.config, this.#faults);
    return {
      ...this.#queryNode('test', template, facts.refs),
      resourceType: 'test',
      tags,
      check: { kind: 'sql', template, facts },
      severity,
      at: fileStart(template.path),
    };
  }

  #queryNode(
    type: 'analysis' | 'test',
    { path }: Template,
    refs: readonly { name: string }[],
  ): Pick<Node, 'uniqueId' | 'name' | 'path' | 'fqn' | 'description' | 'tags' | 'dependsOn'> {
    const name = nodeName(path);
    return {
      uniqueId: uniqueId(type, this.#config.name, name),
      name,
      path,
      fqn: this.#fqn(path),
      description: '',
      tags: [],
      dependsOn: this.#refIds(refs.map((ref) => ref.name)),
    };
  }

  #declaredTests(): Test[] {
    const unreadable = new Set(this.#files.unreadable.map(nodeName));
    const tests = [...this.#entries.models.values(), ...this.#entries.seeds.values()].flatMap(({ node, place }) => {
      const path = this.#refs.get(node.name)?.path;
      return path === undefined
        ? []
        : declaredTests(
            this.#config.name,
            node,
            place,
            this.#fqn(path).slice(0, -1),
            this.#idOf,
            (name) => unreadable.has(name),
            this.#faults,
          );
    });
    return withOwnNames(this.#config.name, tests, this.#faults);
  }

  #sources(): Source[] {
    return Object.entries(this.#config.sources).flatMap(([group, { files, description }]) =>
      Object.entries(files).map(([file, declared]): Source => ({
        resourceType: 'source',
        uniqueId: uniqueId('source', this.#config.name, group, file),
        name: file,
        path: dwhYaml,
        fqn: [this.#config.name, group, file],
        description: declared.description ?? description ?? '',
        tags: [],
        dependsOn: [],
        group,
        file,
      })),
    );
  }
}

function duplicate(name: string, at: Place, otherPath: string): Fault {
  return {
    code: 'duplicate-name',
    message: `two files define "${name}"`,
    at,
    related: [{ message: 'the other one', at: fileStart(otherPath) }],
    hint: 'a name stands for one thing in the whole project: rename one of them',
  };
}
