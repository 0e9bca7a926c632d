import type { Fault } from '../core/fault.ts';
import { locationAt } from '../core/location.ts';
import { suggestion } from '../core/nearest.ts';
import { ownValue } from '../core/own-value.ts';
import { dwhYaml } from '../config/schema.ts';
import { nodeName } from '../project/discover.ts';
import type { Manifest, Node } from '../project/manifest.ts';
import { queryOf, refNames } from '../project/manifest.ts';
import type { Mention, TemplateFacts } from '../template/facts.ts';
import type { Template } from '../template/syntax.ts';

/** Refs, sources and vars that lead nowhere. `givenVars` are those of the command line. */
export function checkRefs(manifest: Manifest, givenVars: Iterable<string>): Fault[] {
  const refs = new Set([...refNames(manifest), ...manifest.unreadable.map(nodeName)]);
  const vars = new Set([...Object.keys(manifest.config.vars), ...givenVars]);
  return [...manifest.nodes.values()].flatMap((node) => {
    const query = queryOf(node);
    if (query === undefined) return [];
    const { template, facts } = query;
    return [
      ...unknown(template, facts.refs, refs, 'ref-unknown', (name) => `there is no model or seed "${name}"`),
      ...unknown(
        template,
        facts.vars,
        vars,
        'var-unknown',
        (name) => `the var "${name}" is neither in ${dwhYaml} nor given with --vars`,
        (name) => `give it a value: --vars ${name}=…, or vars: in ${dwhYaml}`,
      ),
      ...wrongSources(manifest, node, template, facts),
      ...unknownDependsOn(node, template, facts, refs),
    ];
  });
}

/** Vars of the command line that nothing takes: most often misspelt. */
export function checkGivenVars(manifest: Manifest, givenVars: Iterable<string>): Fault[] {
  const mentioned = [...manifest.nodes.values()].flatMap((node) => queryOf(node)?.facts.vars ?? []);
  const known = new Set([...Object.keys(manifest.config.vars), ...mentioned.map(({ name }) => name)]);
  return [...givenVars]
    .filter((name) => !known.has(name))
    .map((name) => ({
      code: 'usage',
      message: `--vars: no template uses a var "${name}"`,
      hint: suggestion(name, known),
    }));
}

function unknown(
  template: Template,
  mentions: readonly Mention[],
  known: ReadonlySet<string>,
  code: Fault['code'],
  message: (name: string) => string,
  hint: (name: string) => string | undefined = () => undefined,
): Fault[] {
  return mentions
    .filter(({ name }) => !known.has(name))
    .map(({ name, at }) => {
      const found = fault(code, message(name), template, at, name, known);
      return { ...found, hint: found.hint ?? hint(name) };
    });
}

function unknownSources(manifest: Manifest, template: Template, facts: TemplateFacts): Fault[] {
  const { sources } = manifest.config;
  return facts.sources.flatMap(({ group, groupAt, name, at }) => {
    const files = ownValue(sources, group)?.files;
    if (files === undefined)
      return [
        fault(
          'source-unknown',
          `${dwhYaml} declares no source group "${group}"`,
          template,
          groupAt,
          group,
          Object.keys(sources),
        ),
      ];
    if (Object.hasOwn(files, name)) return [];
    return [
      fault(
        'source-unknown',
        `${dwhYaml} declares no file "${name}" in the source group "${group}"`,
        template,
        at,
        name,
        Object.keys(files),
      ),
    ];
  });
}

/** Sources that do not exist; or else, where they cannot be read: raw files are no table. */
function wrongSources(manifest: Manifest, node: Node, template: Template, facts: TemplateFacts): Fault[] {
  const unknown = unknownSources(manifest, template, facts);
  if (unknown.length > 0 || (node.resourceType === 'model' && node.config.materialized === 'copy')) return unknown;
  return facts.sources.map(({ name, at }) => ({
    code: 'config-invalid',
    message: `{{source}} stands for raw files, which only a copy model can read, and "${node.name}" is none`,
    at: locationAt(template, at, name.length + 2),
    hint: 'ref the model that loads them, or set materialized="copy"',
  }));
}

function unknownDependsOn(node: Node, template: Template, facts: TemplateFacts, known: ReadonlySet<string>): Fault[] {
  if (node.resourceType !== 'model') return [];
  const at = facts.config?.named.find(({ name }) => name === 'depends_on')?.value.at ?? 0;
  return node.config.dependsOn
    .filter((name) => !known.has(name))
    .map((name) => fault('ref-unknown', `depends_on: there is no model or seed "${name}"`, template, at, name, known));
}

function fault(
  code: Fault['code'],
  message: string,
  template: Template,
  at: number,
  name: string,
  known: Iterable<string>,
): Fault {
  const hint = suggestion(name, known);
  return { code, message, at: locationAt(template, at, name.length + 2), hint };
}
