#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Argv } from 'yargs';
import yargs from 'yargs';
import type { Fault } from './core/fault.ts';
import { FaultError } from './core/fault.ts';
import { version } from './core/version.ts';
import { withHintsFor } from './terminal/hinted-commands.ts';
import { exitCodeOfFaults, exitCodes, exitCodesText } from './terminal/exit-code.ts';
import { styleFor } from './terminal/style.ts';
import type { Terminal } from './terminal/terminal.ts';
import { usageFault } from './terminal/usage-fault.ts';
import type { Arguments, Verb } from './terminal/verb.ts';
import { verbs } from './terminal/verbs.ts';

/**
 * The command line of the program: its verbs, their options, examples and help. `words` are what is parsed, for what to
 * say of a wrong one.
 */
export function commandLine(
  run: (verb: Verb, args: Arguments) => void,
  words: readonly string[] = [],
): ReturnType<typeof yargs> {
  const parser = yargs()
    .scriptName('sparkify-run')
    .usage(
      "$0 <command> [selectors…] [options]\n\nSparkify's data warehouse: load, build, test and publish declarative SQL models.",
    )
    .parserConfiguration({ 'dot-notation': false, 'camel-case-expansion': false, 'parse-positional-numbers': false })
    .version(version)
    .alias({ h: 'help', v: 'version' })
    .strict()
    .demandCommand(1, 'name a command')
    .wrap(100)
    .epilogue(exitCodesText)
    .exitProcess(false)
    .fail((message, error) => {
      throw new FaultError(usageFault(message || error.message, words));
    });
  for (const verb of verbs) {
    if ('run' in verb) addVerb(parser, verb, run);
    else
      parser.command(verb.name, verb.describe, (sub) => {
        for (const inner of verb.verbs) addVerb(sub, inner, run);
        return sub.demandCommand(1, `name what to do: ${verb.verbs.map(({ name }) => name).join(', ')}`);
      });
  }
  return parser;
}

function addVerb(parser: Argv, verb: Verb, run: (verb: Verb, args: Arguments) => void): void {
  const words = [verb.name, ...Object.values(verb.positionals ?? {}).map(({ usage }) => usage)].join(' ');
  parser.command(
    words,
    verb.describe,
    (sub) => {
      for (const [name, positional] of Object.entries(verb.positionals ?? {})) {
        const { usage: _usage, ...options } = positional;
        sub.positional(name, options);
      }
      for (const [command, does] of verb.examples) sub.example(command, does);
      return sub.options(verb.options);
    },
    (args) => run(verb, args),
  );
}

/** SQL that begins with a comment, `-- so`, is no option: a blank before it, in a line without SQL, shows that to yargs. */
function asWord(word: string): string {
  return /^--(?:\s|[^=\n]*\n)/.test(word) ? ` ${word}` : word;
}

/** Runs one command line. Gives the exit code; throws only what is a bug of this program. */
export async function main(words: readonly string[], terminal: Terminal): Promise<number> {
  let chosen: { verb: Verb; args: Arguments } | undefined;
  try {
    const parser = commandLine((verb, args) => {
      chosen = { verb, args };
    }, words);
    if (words.length === 0) {
      terminal.stderr.write(`${await parser.getHelp()}\n`);
      return exitCodes.unable;
    }
    await parser.parse(words.map(asWord));
    // Help and version are printed by the parser itself.
    return chosen === undefined ? 0 : await chosen.verb.run(chosen.args, terminal);
  } catch (error) {
    if (terminal.signal.aborted) return exitCodes.interrupted;
    const faults = error instanceof FaultError ? error.faults : systemFaults(error);
    if (faults === undefined) throw error;
    const args = chosen?.args ?? {};
    await printFaults(faults.map(withHintsFor(args)), args, terminal);
    return exitCodeOfFaults(faults);
  }
}

/** What the system refused, such as a folder that may not be written to: for the user to mend, and nobody's bug. */
function systemFaults(error: unknown): readonly Fault[] | undefined {
  return error instanceof Error && 'syscall' in error && 'code' in error
    ? [{ code: 'system', message: error.message }]
    : undefined;
}

/** Whatever is no fault of the user is one of this program: then the stack is what helps. Nothing that still runs is waited for. */
function reportBug(error: unknown, terminal: Terminal): never {
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  terminal.stderr.write(
    `${terminal.errorStyle.red('this is a bug in sparkify-run:')} please report it with what follows\n\n${stack}\n`,
  );
  process.exit(2);
}

async function printFaults(faults: readonly Fault[], args: Arguments, terminal: Terminal): Promise<void> {
  const projectDir = typeof args['project-dir'] === 'string' ? args['project-dir'] : '.';
  if (args['log-format'] === 'json') {
    const { jsonFault } = await import('./terminal/json-lines.ts');
    const { placeFaults } = await import('./config/place.ts');
    for (const fault of await placeFaults(projectDir, faults))
      terminal.stdout.write(`${jsonFault(fault, terminal.now)}\n`);
    return;
  }
  const { faultsText } = await import('./terminal/fault-text.ts');
  terminal.stderr.write(`${await faultsText(projectDir, faults, terminal.errorStyle)}\n`);
}

/** How long a command may take to stop: what cannot be interrupted, such as DuckDB's parser, is then left as by a kill. */
const stopWithinMs = 10_000;

/** Ends the process as an interrupt does that nothing handles, exit code 130: `process.exit` would wait for a statement of DuckDB. */
function endAtOnce(): void {
  process.removeAllListeners('SIGINT');
  process.kill(process.pid, 'SIGINT');
}

/** Ctrl-C asks the command to stop cleanly; a second one does not ask. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    controller.abort();
    setTimeout(() => {
      process.stderr.write('stopped, and not waited for any longer: the next run clears up what was left\n');
      endAtOnce();
    }, stopWithinMs).unref();
  };
  process.on('SIGINT', () => {
    if (controller.signal.aborted) endAtOnce();
    stop();
  });
  process.once('SIGTERM', stop);
  return controller.signal;
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  // `… | head` closes the pipe early. What is under way goes on to its end, and the exit code tells what became of it.
  for (const stream of [process.stdout, process.stderr])
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  const terminal: Terminal = {
    env: process.env,
    stdout: process.stdout,
    stderr: process.stderr,
    style: styleFor(process.stdout, process.env),
    errorStyle: styleFor(process.stderr, process.env),
    now: () => new Date(),
    random: Math.random,
    signal: interruptSignal(),
    commandLine: ['sparkify-run', ...words].join(' '),
  };
  process.exitCode = await main(words, terminal).catch((error: unknown) => reportBug(error, terminal));
  // A request that the network does not answer would keep the process alive.
  if (terminal.signal.aborted) setTimeout(() => process.exit(), 100).unref();
}
