import type { Fault } from '../core/fault.ts';
import type { Arguments } from './verb.ts';

/**
 * Faults whose hints name commands for the project and target of the command line that caused them: typed as shown,
 * `sparkify-run models` works on the default target, which may be another one.
 */
export function withHintsFor(args: Arguments): <F extends Fault>(fault: F) => F {
  const written = withOptionsOf(args);
  return (fault) => (fault.hint === undefined ? fault : { ...fault, hint: written(fault.hint) });
}

/** A text with commands in it, each with the project and target that `args` chose. */
export function withOptionsOf(args: Arguments): (hint: string) => string {
  const options = ['project-dir', 'target'].flatMap((name) => {
    const value = args[name];
    // One that is given twice is a list here, and refused elsewhere.
    return typeof value !== 'string' || (name === 'project-dir' && value === '.')
      ? []
      : [` --${name} ${asWord(value)}`];
  });
  // A function, since a value may hold `$&`.
  return (hint) =>
    hint.replace(
      /sparkify-run (?:models|test|query|show|debug)\b(?! --help)/g,
      (command) => command + options.join(''),
    );
}

/** One word of a command line as a shell reads it. */
function asWord(value: string): string {
  return /^[\w./:@-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
