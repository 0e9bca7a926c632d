import type { Options, PositionalOptions } from 'yargs';
import type { ProjectOptions } from '../commands/open-project.ts';
import type { SelectionOptions } from '../commands/selection.ts';
import type { VarValue } from '../config/schema.ts';
import { FaultError } from '../core/fault.ts';
import type { Terminal } from './terminal.ts';

/** A command of the command line: its words, and what it does with them. */
export interface Verb {
  readonly name: string;
  readonly describe: string;
  /** Such as `[selectors..]`. */
  readonly positionals?: Readonly<Record<string, PositionalOptions & { readonly usage: string }>>;
  readonly options: Readonly<Record<string, Options>>;
  readonly examples: readonly (readonly [command: string, does: string])[];
  /** Gives the exit code. Throws a FaultError for what a user can mend. */
  run(args: Arguments, terminal: Terminal): Promise<number>;
}

/** Commands that belong together, behind one word. */
export interface VerbGroup {
  readonly name: string;
  readonly describe: string;
  readonly verbs: readonly Verb[];
}

/** What was given on the command line, checked by the parser against the options of the verb. */
export type Arguments = Readonly<Record<string, unknown>>;

export const projectOptions = {
  'project-dir': { type: 'string', default: '.', describe: 'the folder of the project', requiresArg: true },
  target: { type: 'string', describe: 'a target of dwh.yaml other than the default', requiresArg: true },
  vars: { type: 'string', array: true, nargs: 1, describe: 'a var as name=value; may be repeated', default: [] },
} as const satisfies Record<string, Options>;

export const selectionOptions = {
  select: {
    type: 'string',
    array: true,
    nargs: 1,
    describe: 'what to take, like the selectors; may be repeated',
    default: [],
  },
  exclude: { type: 'string', array: true, nargs: 1, describe: 'what to leave out of it; may be repeated', default: [] },
} as const satisfies Record<string, Options>;

export const selectorsPositional = {
  selectors: {
    usage: '[selectors..]',
    type: 'string',
    array: true,
    describe: 'what to take: songplays, +songplays, songplays+, tag:marts, path:models/staging …',
  },
} as const satisfies Verb['positionals'];

export const runOptions = {
  threads: { type: 'number', default: 4, describe: 'how many nodes to work on at a time', requiresArg: true },
  'log-format': {
    choices: ['text', 'json'] as const,
    default: 'text',
    describe: 'text for people; json: one object a line on stdout',
    requiresArg: true,
  },
  'log-level': {
    choices: ['info', 'debug'] as const,
    default: 'info',
    describe: 'debug: every statement that is sent',
    requiresArg: true,
  },
} as const satisfies Record<string, Options>;

export function projectArguments(args: Arguments, terminal: Terminal): ProjectOptions {
  return {
    projectDir: text(args, 'project-dir') ?? '.',
    target: text(args, 'target'),
    vars: Object.fromEntries(texts(args, 'vars').map(variable)),
    env: terminal.env,
    signal: terminal.signal,
  };
}

export function selectionArguments(args: Arguments): SelectionOptions {
  return { select: [...texts(args, 'selectors'), ...texts(args, 'select')], exclude: texts(args, 'exclude') };
}

export function threadsArgument(args: Arguments): number {
  return wholeArgument(args, 'threads', 1, 64);
}

/** A whole number within bounds. Throws a FaultError for anything else, also when the option is given twice. */
export function wholeArgument(args: Arguments, name: string, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const value = args[name];
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) return value;
  const bounds = most === Number.MAX_SAFE_INTEGER ? `${least} on` : `${least} to ${most}`;
  throw new FaultError({ code: 'usage', message: `--${name} takes one whole number from ${bounds}` });
}

/** The text of an option, if it is given. Throws a FaultError when it is given twice: one of the two would be lost. */
export function text(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (Array.isArray(value)) throw new FaultError({ code: 'usage', message: `--${name} is given more than once` });
  return typeof value === 'string' ? value : undefined;
}

export function texts(args: Arguments, name: string): string[] {
  const value = args[name];
  return Array.isArray(value) ? value.map(String) : [];
}

export function flag(args: Arguments, name: string): boolean {
  return args[name] === true;
}

/** `level=paid` -> `['level', 'paid']`; true, false and plain numbers are what they are in dwh.yaml. */
function variable(given: string): [string, VarValue] {
  const at = given.indexOf('=');
  if (at < 1) {
    // As dbt takes them: a mapping in YAML.
    const [, name, value] = /^\{?\s*["']?(\w+)["']?\s*:\s*["']?([^"'{},]*?)["']?\s*\}?$/.exec(given) ?? [];
    const hint = name === undefined ? undefined : `write --vars ${name}=${value}`;
    throw new FaultError({ code: 'usage', message: `--vars takes name=value, not "${given}"`, hint });
  }
  return [given.slice(0, at), varValue(given.slice(at + 1))];
}

function varValue(value: string): VarValue {
  if (value === 'true' || value === 'false') return value === 'true';
  return value === String(Number(value)) && Number.isFinite(Number(value)) ? Number(value) : value;
}
