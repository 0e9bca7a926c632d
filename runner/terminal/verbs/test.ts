import type { Verb } from '../verb.ts';
import {
  flag,
  projectArguments,
  projectOptions,
  runOptions,
  selectionArguments,
  selectionOptions,
  selectorsPositional,
  threadsArgument,
} from '../verb.ts';
import { exitCodeOfRun } from '../exit-code.ts';
import { showRun } from '../run-view.ts';

export const testVerb: Verb = {
  name: 'test',
  describe: 'data tests on what is published',
  positionals: selectorsPositional,
  options: {
    ...selectionOptions,
    wait: { type: 'boolean', default: false, describe: 'wait while another process has the database' },
    ...runOptions,
    ...projectOptions,
  },
  examples: [
    ['sparkify-run test', 'all of them'],
    ['sparkify-run test songplays', 'those of one model'],
  ],
  async run(args, terminal) {
    const { test } = await import('../../commands/test.ts');
    const options = {
      ...projectArguments(args, terminal),
      ...selectionArguments(args),
      threads: threadsArgument(args),
      wait: flag(args, 'wait'),
      command: terminal.commandLine,
    };
    return exitCodeOfRun(await showRun(args, terminal, (report) => test(options, { ...terminal, report })));
  },
};
