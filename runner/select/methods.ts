import { FaultError } from '../core/fault.ts';
import { suggestion } from '../core/nearest.ts';
import { ownValue } from '../core/own-value.ts';
import type { Node } from '../project/manifest.ts';
import { glob, pathGlob } from './glob.ts';
import type { Term } from './grammar.ts';

/** What the methods know besides the nodes. */
export interface MethodInput {
  /** The status of each node in the last run, by unique id, for `result:`. Asked for only where it is needed. */
  readonly lastResults: () => ReadonlyMap<string, string>;
}

type Matches = (node: Node) => boolean;

type Method = (value: string, argument: string | undefined, input: MethodInput) => Matches;

const methods: Readonly<Record<string, Method>> = {
  fqn: (value) => matchesFqn(value),
  tag: byTexts((node) => node.tags),
  path: (value) => matchesPath(value),
  file: byTexts(fileNames),
  source: (value) => {
    const isPrefix = dotted(value);
    return (node) => node.resourceType === 'source' && (isPrefix(node.fqn.slice(1)) || isPrefix(node.fqn));
  },
  config: byTexts(configValues),
  resource_type: byTexts((node) => [node.resourceType]),
  test_type: byTexts((node) =>
    node.resourceType === 'test' ? [node.check.kind === 'sql' ? 'singular' : 'generic'] : [],
  ),
  test_name: byTexts((node) => (node.resourceType === 'test' ? [node.check.kind] : [])),
  result: (value, _argument, input) => {
    const [matches, results] = [glob(value), input.lastResults()];
    return (node) => matches(results.get(node.uniqueId) ?? '');
  },
};

/** A method whose value is a pattern for one of these texts of a node. */
function byTexts(textsOf: (node: Node, argument: string) => readonly string[]): Method {
  return (value, argument = '') => {
    const matches = glob(value);
    // Only the text goes on: a pattern takes more than one argument.
    return (node) => textsOf(node, argument).some((text) => matches(text));
  };
}

/** Whether a node matches a term, without its graph operators. Throws a FaultError for a method that does not exist. */
export function matcher(term: Term, input: MethodInput): Matches {
  const [name = '', ...argument] = methodOf(term).split('.');
  const method = ownValue(methods, name);
  if (method === undefined) {
    const hint = suggestion(name, Object.keys(methods));
    throw new FaultError({
      code: 'selection-invalid',
      message: `"${term.text}": there is no selection method "${name}"`,
      hint,
    });
  }
  return method(term.value, argument.length === 0 ? undefined : argument.join('.'), input);
}

/** The words that a term of this method could have named, to find the nearest one. */
export function candidates(term: Term, nodes: readonly Node[]): string[] {
  const [method, ...argument] = methodOf(term).split('.');
  switch (method) {
    case 'config':
      return nodes.flatMap((node) => configValues(node, argument.join('.')));
    case 'resource_type':
      return nodes.map((node) => node.resourceType);
    case 'test_name':
      return nodes.flatMap((node) => (node.resourceType === 'test' ? [node.check.kind] : []));
    case 'test_type':
      return ['generic', 'singular'];
    case 'tag':
      return nodes.flatMap((node) => node.tags);
    case 'path':
      return [...new Set(nodes.flatMap((node) => prefixes(node.path.split('/'), '/')))];
    case 'file':
      return nodes.flatMap(fileNames);
    case 'source':
      return nodes.flatMap((node) =>
        node.resourceType === 'source' ? [node.group, `${node.group}.${node.file}`] : [],
      );
    case 'fqn':
      return [...new Set(nodes.flatMap((node) => [node.name, ...prefixes(node.fqn.slice(1), '.')]))];
    default:
      return [];
  }
}

/**
 * What the value of a term names although its method does not find it there: a folder below another one, a tag, a source.
 * Written as a term; undefined when it names nothing.
 */
export function misplaced(term: Term, nodes: readonly Node[]): string | undefined {
  const method = methodOf(term);
  if (method !== 'path' && method !== 'fqn') return undefined;
  const end = `${method === 'path' ? '/' : '.'}${term.value}`;
  const inFolder = candidates(term, nodes).find(
    (candidate) => candidate.endsWith(end) || (method === 'path' && candidate.endsWith(`${end}.sql`)),
  );
  if (inFolder !== undefined || method === 'path') return inFolder;
  const other = ['tag', 'source', 'resource_type'].find((name) =>
    nodes.some(matcher({ ...term, method: name }, noResults)),
  );
  return other === undefined ? undefined : `${other}:${term.value}`;
}

const noResults: MethodInput = { lastResults: () => new Map() };

/** `a.b.c` has the prefixes `a`, `a.b` and `a.b.c`. */
function prefixes(parts: readonly string[], separator: string): string[] {
  return parts.map((_, i) => parts.slice(0, i + 1).join(separator));
}

function methodOf({ method, value }: Term): string {
  return method ?? implicitMethod(value);
}

/** As dbt has it: a path if it has a separator, a file by its ending, else a name. */
function implicitMethod(value: string): string {
  if (value.includes('/') || value.includes('\\')) return 'path';
  return /\.(sql|csv|yml)$/.test(value) ? 'file' : 'fqn';
}

function matchesFqn(value: string): Matches {
  const [isName, isPrefix] = [glob(value), dotted(value)];
  return (node) => isName(node.name) || isPrefix(node.fqn) || isPrefix(node.fqn.slice(1));
}

/** Whether the first parts of a dotted name match those of the value: `marts` takes all of the folder. */
function dotted(value: string): (parts: readonly string[]) => boolean {
  const wanted = value.split('.').map(glob);
  return (parts) => wanted.length <= parts.length && wanted.every((matches, i) => matches(parts[i] ?? ''));
}

function matchesPath(value: string): Matches {
  const path = value.replaceAll('\\', '/').replace(/^\.\//, '').replace(/\/+$/, '');
  const matches = pathGlob(path);
  // A folder takes all that is in it, also one that a pattern names.
  return (node) => {
    const parts = node.path.split('/');
    return parts.some((_, i) => matches(parts.slice(0, i + 1).join('/')));
  };
}

function fileNames(node: Node): string[] {
  const name = node.path.split('/').at(-1) ?? '';
  return [name, name.replace(/\.[^.]*$/, '')];
}

/** The values of a setting, as text: `config.unique_key`, `config.materialized`. */
function configValues(node: Node, setting: string): string[] {
  if (!('config' in node)) return [];
  const key = setting.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const { load, ...own } = 'load' in node.config ? node.config : { ...node.config, load: {} };
  const settings = new Map<string, unknown>(Object.entries({ ...own, ...load, tags: node.tags }));
  const value = settings.get(key);
  return (Array.isArray(value) ? value : [value]).filter((item) => item !== undefined).map(String);
}
