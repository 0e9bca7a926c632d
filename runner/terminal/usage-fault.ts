import type { Fault } from '../core/fault.ts';
import { nearest, suggestion } from '../core/nearest.ts';
import type { Verb, VerbGroup } from './verb.ts';
import { verbs } from './verbs.ts';

/** What does here what a command of dbt or of a like tool does there. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ...['run', 'build', 'load', 'publish', 'deploy'].map((word) => [word, 'sparkify-run models'] as const),
  ['seed', 'sparkify-run models resource_type:seed'],
  ['ls', 'sparkify-run list'],
  ...['parse', 'lint', 'check'].map((word) => [word, 'sparkify-run validate'] as const),
  ['retry', 'sparkify-run models result:error result:skipped'],
  ...['sql', 'exec', 'preview'].map((word) => [word, 'sparkify-run query "select …"'] as const),
  ['docs', 'sparkify-run graph, or sparkify-run list --format table'],
  ...['up', 'down', 'status', 'pause', 'resume'].map((word) => [word, `sparkify-run cluster ${word}`] as const),
  ['help', 'sparkify-run --help'],
  ['version', 'sparkify-run --version'],
]);

/** Commands of dbt that have no need here, and why. */
const needless: ReadonlyMap<string, string> = new Map([
  ['deps', 'a project has no packages to install: its macros are in macros/'],
  ['snapshot', 'there are no snapshots: a model with materialized="incremental" keeps the rows it has'],
  ['source', 'there is no check of freshness: a data test can compare a time with now'],
  ['freshness', 'there is no check of freshness: a data test can compare a time with now'],
  ['init', 'a project is a folder with a dwh.yaml: nothing else has to be made'],
  ['run-operation', 'a macro is not run by itself: it is part of the models that call it'],
]);

/** What does here, among the commands of a group, what another word may stand for. */
const inGroup: ReadonlyMap<string, string> = new Map([
  ...['create', 'make', 'apply'].map((word) => [word, 'up'] as const),
  ...['delete', 'destroy', 'remove'].map((word) => [word, 'down'] as const),
  ...['start', 'unpause'].map((word) => [word, 'resume'] as const),
  ['stop', 'pause'],
]);

/** Options of dbt by what they are called here. */
const optionsElsewhere: ReadonlyMap<string, string> = new Map([
  ...['s', 'm', 'model', 'models', 'selector'].map((word) => [word, 'select'] as const),
  ['t', 'target'],
  ['f', 'full-refresh'],
  ['output', 'format'],
]);

/** The fault of a command line that the parser has refused with `message`, which names at most the word it does not know. */
export function usageFault(message: string, words: readonly string[]): Fault {
  const unknown = /^Unknown (?:argument|command)s?: (.*?)(?:, |$)/s.exec(message)?.[1];
  if (message.startsWith('Not enough non-option arguments')) return nothingNamed(words);
  if (unknown === undefined) return refused(message, words);
  const { verb, known, word } = verbOf(words);
  if (verb === undefined && word !== undefined) return unknownCommand(word, known);
  if (verb === undefined || isOption(unknown, words)) return unknownOption(unknown, verb);
  const hint =
    verb.name === 'query' || verb.name === 'show'
      ? 'put quotes around SQL, and name one analysis, model or test at a time'
      : `see: sparkify-run ${commandOf(verb)} --help`;
  return fault(`"${unknown}" is one word too many for ${commandOf(verb)}`, hint);
}

/** A fault for a command without what it is about: for an option of it that does not exist, if there is one. */
function nothingNamed(words: readonly string[]): Fault {
  const { verb } = verbOf(words);
  const option = words.find((word) => word.startsWith('--') && word.length > 2)?.replace(/^--(?:no-)?|=.*$/gs, '');
  if (verb !== undefined && option !== undefined && option !== 'help' && !Object.hasOwn(verb.options, option))
    return unknownOption(option, verb);
  const wanted = Object.values(verb?.positionals ?? {}).map(({ describe }) => describe ?? '');
  return fault(
    `${verb?.name ?? 'sparkify-run'} takes ${wanted.join(', ')}`,
    verb?.examples[0] && `such as: ${verb.examples[0][0]}`,
  );
}

/** A fault for options that are known, in a sentence of its own where the parser makes a table or leaves out the option. */
function refused(message: string, words: readonly string[]): Fault {
  const [, option = '', given = '', choices] = /Argument: (\S+), Given: "(.*?)", Choices: (.*)/.exec(message) ?? [];
  const listed = choices?.replaceAll('"', '').split(', ') ?? [];
  if (choices !== undefined)
    return fault(`--${option} takes one of ${listed.join(', ')}, not "${given}"`, suggestion(given, listed));
  const bare = /^Not enough arguments following: (\S+)$/.exec(message)?.[1];
  return bare === undefined
    ? fault(message, `see: sparkify-run ${groupOf(words)}--help`)
    : fault(`--${bare} takes a value, and none is behind it`, `write --${bare} <value>`);
}

/** The command that the words begin with; else the word that should be one, and those that are known there. */
function verbOf(words: readonly string[]): {
  readonly verb?: Verb;
  readonly word?: string | undefined;
  readonly known: readonly (Verb | VerbGroup)[];
} {
  let known: readonly (Verb | VerbGroup)[] = verbs;
  // Options may come first, and which of the words belong to them only the command knows.
  const isFirst = words[0]?.startsWith('-') !== true;
  const start = isFirst ? 0 : words.findIndex((word) => verbs.some(({ name }) => name === word));
  for (const word of start < 0 ? [] : words.slice(start)) {
    const found = known.find(({ name }) => name === word);
    if (found === undefined) return { known, word: word.startsWith('-') ? undefined : word };
    if ('run' in found) return { known, verb: found };
    known = found.verbs;
  }
  return { known };
}

/** The parser tells `-ab` as `a`, and `--no-a` as well. */
function isOption(unknown: string, words: readonly string[]): boolean {
  return words.some((word) =>
    word.startsWith('--')
      ? word.replace(/^--(?:no-)?/, '').split('=')[0] === unknown
      : word.startsWith(`-${unknown}`) && unknown.length === 1,
  );
}

function unknownOption(unknown: string, verb: Verb | undefined): Fault {
  const dashes = unknown.length === 1 ? '-' : '--';
  const options = Object.keys(verb?.options ?? {});
  const others = allVerbs().filter((other) => Object.hasOwn(other.options, unknown));
  const name = verb === undefined ? 'sparkify-run' : commandOf(verb);
  if (others.length > 0)
    return fault(`${dashes}${unknown} is not an option of ${name}`, `it is one of ${others.map(commandOf).join(', ')}`);
  const translated = optionsElsewhere.get(unknown);
  const close = translated !== undefined && options.includes(translated) ? translated : nearest(unknown, options);
  return fault(
    `there is no option ${dashes}${unknown}`,
    close === undefined
      ? `see: sparkify-run ${verb === undefined ? '' : `${name} `}--help`
      : `did you mean --${close}?`,
  );
}

function unknownCommand(unknown: string, known: readonly (Verb | VerbGroup)[]): Fault {
  const message = `there is no command "${unknown}"`;
  const isFirst = known === verbs;
  const word = unknown.toLowerCase();
  const [instead, why] = isFirst ? [elsewhere.get(word), needless.get(word)] : [undefined, undefined];
  if (instead !== undefined) return fault(message, `that is done by: ${instead}`);
  const names = known.map(({ name }) => name);
  const meant = isFirst ? undefined : known.find(({ name }) => name === inGroup.get(word));
  if (meant !== undefined && 'run' in meant) return fault(message, `that is done by: sparkify-run ${commandOf(meant)}`);
  const close = nearest(unknown, names);
  return fault(
    message,
    why ?? (close === undefined ? `the commands are ${names.join(', ')}` : `did you mean "${close}"?`),
  );
}

/** The group that the words begin with, and a blank; or nothing. */
function groupOf([first = '']: readonly string[]): string {
  return verbs.some((verb) => 'verbs' in verb && verb.name === first) ? `${first} ` : '';
}

/** A command as it is written, with that of its group: `cluster up`. */
function commandOf(verb: Verb): string {
  const group = verbs.find((other) => 'verbs' in other && other.verbs.includes(verb));
  return group === undefined ? verb.name : `${group.name} ${verb.name}`;
}

function allVerbs(): Verb[] {
  return verbs.flatMap((verb) => ('run' in verb ? [verb] : verb.verbs));
}

function fault(message: string, hint: string | undefined): Fault {
  return { code: 'usage', message, hint };
}
