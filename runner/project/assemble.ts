import type { ProjectConfig } from '../config/schema.ts';
import { dwhYaml } from '../config/schema.ts';
import { dagOf } from '../core/dag.ts';
import type { Fault } from '../core/fault.ts';
import type { KeyPath, Place } from '../core/location.ts';
import { locationAt } from '../core/location.ts';
import { suggestion } from '../core/nearest.ts';
import type { Column } from '../core/node.ts';
import { namePattern, uniqueId } from '../core/node.ts';
import { readFacts } from '../template/facts.ts';
import type { Macro } from '../template/macro.ts';
import { readMacro } from '../template/macro.ts';
import type { Template } from '../template/syntax.ts';
import { contractOf, invalidName } from './contract.ts';
import { nodeName, subfolders } from './discover.ts';
import type { Analysis, Manifest, Model, Node, Properties, Seed, Source, Test } from './manifest.ts';
import { folderDefaults, modelConfig, testConfig } from './model-config.ts';
import type { ParsedFiles } from './parse-files.ts';
import type { NodeProperties } from './properties.ts';
import { declaredTests } from './tests.ts';

/** The dialects that a folder of `macros/` may be named for. */
const dialectFolders = ['duckdb', 'postgres', 'redshift'];

/** Connects the files of a project to a manifest. What does not fit together is added to `faults`. */
export function assemble(config: ProjectConfig, files: ParsedFiles, faults: Fault[]): Manifest {
  return new Assembly(config, files, faults).manifest();
}

/** A properties entry, where it stands, and what it is for. */
interface Entry {
  readonly node: NodeProperties;
  readonly place: KeyPath;
}

class Assembly {
  readonly #config: ProjectConfig;
  readonly #files: ParsedFiles;
  readonly #faults: Fault[];
  readonly #nodes = new Map<string, Node>();
  readonly #entries: { models: Map<string, Entry>; seeds: Map<string, Entry>; analyses: Map<string, Entry> };
  /** Names that a ref may give, with the node each stands for. */
  readonly #refs = new Map<string, { id: string; path: string }>();

  constructor(config: ProjectConfig, files: ParsedFiles, faults: Fault[]) {
    this.#config = config;
    this.#files = files;
    this.#faults = faults;
    this.#entries = { models: this.#entriesOf('models'), seeds: this.#entriesOf('seeds'), analyses: this.#entriesOf('analyses') };
  }

  manifest(): Manifest {
    const templates = (kind: string): Template[] => this.#files.templates.filter((file) => file.kind === kind).map((file) => file.template);
    const macros = templates('macro').map((template) => this.#macro(template));
    for (const { path } of [...templates('model'), ...this.#files.seeds]) this.#declare(path);
    this.#sources().forEach((node) => this.#add(node));
    templates('model').forEach((template) => this.#add(this.#model(template)));
    this.#files.seeds.forEach(({ path, header }) => this.#add(this.#seed(path, header)));
    templates('analysis').forEach((template) => this.#add(this.#analysis(template)));
    templates('test').forEach((template) => this.#add(this.#sqlTest(template)));
    this.#tests().forEach((node) => this.#add(node));
    this.#entriesWithoutNode();
    const nodes = new Map([...this.#nodes].toSorted(([a], [b]) => (a < b ? -1 : 1)));
    return { config: this.#config, nodes, macros, graph: dagOf(new Map([...nodes].map(([id, node]) => [id, node.dependsOn]))), unreadable: this.#files.unreadable };
  }

  /** Notes the name of a model or seed before any ref is looked up. */
  #declare(path: string): void {
    const name = nodeName(path);
    const at = fileStart(path);
    if (!namePattern.test(name)) this.#faults.push(invalidName(name, at));
    const id = uniqueId(path.startsWith('seeds/') ? 'seed' : 'model', this.#config.name, name);
    const other = this.#refs.get(name);
    if (other === undefined) this.#refs.set(name, { id, path });
    else this.#duplicate(name, at, other.path);
  }

  #add(node: Node): void {
    const other = this.#nodes.get(node.uniqueId);
    if (other === undefined) this.#nodes.set(node.uniqueId, node);
    else if (!this.#refs.has(node.name)) this.#duplicate(node.name, node.resourceType === 'test' ? node.at : fileStart(node.path), other.path);
  }

  #duplicate(name: string, at: Place, otherPath: string): void {
    this.#faults.push({
      code: 'duplicate-name',
      message: `two files define "${name}"`,
      at,
      related: [{ message: 'the other one', at: fileStart(otherPath) }],
      hint: 'a name stands for one thing in the whole project: rename one of them',
    });
  }

  #idOf = (name: string): string | undefined => this.#refs.get(name)?.id;

  #fqn(path: string, name = nodeName(path)): string[] {
    return [this.#config.name, ...subfolders(path), name];
  }

  #model(template: Template): Model {
    const { path } = template;
    const name = nodeName(path);
    const facts = readFacts(template, this.#faults);
    const { tags, ...config } = modelConfig(this.#config, template, facts.config, this.#faults);
    const entry = this.#entries.models.get(name);
    const refs = [...facts.refs.map((ref) => ref.name), ...config.dependsOn].map(this.#idOf);
    const sources = facts.sources.map((source) => uniqueId('source', this.#config.name, source.group, source.name));
    return {
      resourceType: 'model',
      uniqueId: uniqueId('model', this.#config.name, name),
      name,
      path,
      fqn: this.#fqn(path),
      description: entry?.node.description ?? '',
      tags,
      dependsOn: [...new Set([...refs, ...sources])].filter((id) => id !== undefined).sort(),
      config,
      template,
      facts,
      contract: entry === undefined ? undefined : contractOf(entry.node.columns ?? [], entry.place, this.#faults),
      properties: entry === undefined ? undefined : propertiesOf(entry),
    };
  }

  #seed(path: string, header: readonly string[]): Seed {
    const name = nodeName(path);
    const entry = this.#entries.seeds.get(name);
    const defaults = folderDefaults(this.#config, path);
    const declared = entry === undefined ? undefined : contractOf(entry.node.columns ?? [], entry.place, this.#faults);
    const asText = header.map((column): Column => ({ name: column, type: { kind: 'varchar', bytes: 65535 }, notNull: false }));
    for (const column of declared === undefined ? header : []) {
      if (!namePattern.test(column)) this.#faults.push(invalidName(column, fileStart(path)));
    }
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
      contract: declared ?? asText,
      properties: entry === undefined ? undefined : propertiesOf(entry),
    };
  }

  #analysis(template: Template): Analysis {
    const name = nodeName(template.path);
    const facts = readFacts(template, this.#faults);
    return {
      ...this.#queryBase(template, name),
      resourceType: 'analysis',
      uniqueId: uniqueId('analysis', this.#config.name, name),
      description: this.#entries.analyses.get(name)?.node.description ?? '',
      dependsOn: this.#refIds(facts.refs),
      template,
      facts,
    };
  }

  #sqlTest(template: Template): Test {
    const name = nodeName(template.path);
    const facts = readFacts(template, this.#faults);
    const { severity = 'error' } = testConfig(template, facts.config, this.#faults);
    return {
      ...this.#queryBase(template, name),
      resourceType: 'test',
      uniqueId: uniqueId('test', this.#config.name, name),
      description: '',
      dependsOn: this.#refIds(facts.refs),
      check: { kind: 'sql', template, facts },
      severity,
      at: fileStart(template.path),
    };
  }

  #queryBase(template: Template, name: string): Pick<Node, 'name' | 'path' | 'fqn' | 'tags'> {
    return { name, path: template.path, fqn: this.#fqn(template.path, name), tags: [] };
  }

  #refIds(refs: readonly { name: string }[]): string[] {
    return [...new Set(refs.map((ref) => this.#idOf(ref.name)).filter((id) => id !== undefined))].sort();
  }

  #tests(): Test[] {
    return [...this.#entries.models.values(), ...this.#entries.seeds.values()].flatMap(({ node, place }) => {
      const path = this.#refs.get(node.name)?.path;
      return path === undefined ? [] : declaredTests(this.#config.name, node, place, this.#fqn(path).slice(0, -1), this.#idOf, this.#faults);
    });
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

  #macro(template: Template): Macro {
    const [folder] = subfolders(template.path);
    const name = nodeName(template.path);
    if (folder !== undefined && !dialectFolders.includes(folder)) {
      const hint = suggestion(folder, dialectFolders);
      const message = `a folder of macros/ is named for a dialect, and "${folder}" is none`;
      this.#faults.push({ code: 'name-invalid', message, at: fileStart(template.path), ...(hint === undefined ? {} : { hint }) });
    }
    return readMacro(name, folder, template, this.#faults);
  }

  #entriesOf(kind: 'models' | 'seeds' | 'analyses'): Map<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const { path, content } of this.#files.properties) {
      for (const [index, node] of (content[kind] ?? []).entries()) {
        const place: KeyPath = { path, keys: [kind, index], point: 'value' };
        const name: KeyPath = { path, keys: [kind, index, 'name'], point: 'value' };
        const other = entries.get(node.name);
        if (other === undefined) entries.set(node.name, { node, place });
        else this.#faults.push({ code: 'duplicate-name', message: `"${node.name}" is described twice`, at: name, related: [{ message: 'the other place', at: { ...other.place, keys: [...other.place.keys, 'name'] } }] });
      }
    }
    return entries;
  }

  /** Faults for descriptions of something that does not exist: most often a file that was renamed. */
  #entriesWithoutNode(): void {
    const kinds = [
      ['models', 'model', this.#entries.models],
      ['seeds', 'seed', this.#entries.seeds],
      ['analyses', 'analysis', this.#entries.analyses],
    ] as const;
    for (const [, type, entries] of kinds) {
      const defined = [...this.#nodes.values()].filter((node) => node.resourceType === type).map((node) => node.name);
      const names = new Set([...defined, ...this.#files.unreadable.map(nodeName)]);
      for (const { node, place } of entries.values()) {
        if (names.has(node.name)) continue;
        const hint = suggestion(node.name, names);
        this.#faults.push({
          code: 'properties-without-node',
          message: `there is no ${type} "${node.name}" for these properties`,
          at: { ...place, keys: [...place.keys, 'name'] },
          ...(hint === undefined ? {} : { hint }),
        });
      }
    }
  }
}

function propertiesOf({ node, place }: Entry): Properties {
  const columns = (node.columns ?? []).map(({ name, description = '' }) => ({ name, description }));
  return { place, columns };
}

function fileStart(path: string): Place {
  return locationAt({ path, text: '' }, 0);
}
