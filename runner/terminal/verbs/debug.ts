import type { Verb } from '../verb.ts';
import { projectArguments, projectOptions } from '../verb.ts';
import { printable } from '../printable.ts';
import { printResult, readOptions } from '../terminal.ts';

export const debugVerb: Verb = {
  name: 'debug',
  describe: 'look at the project, the target and the connection',
  options: projectOptions,
  examples: [['sparkify-run debug', 'what is set, and whether the warehouse answers']],
  async run(args, terminal) {
    const { debug } = await import('../../commands/debug.ts');
    const options = readOptions(projectArguments(args, terminal), false, terminal);
    await debug(options, ({ what, found }) =>
      printResult(terminal, `${terminal.style.dim(what.padEnd(12))} ${printable(found)}`),
    );
    return 0;
  },
};
