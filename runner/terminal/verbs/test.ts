import type { Verb } from '../verb.ts';
import {
  flag,
  projectArguments,
  projectOptions,
  runOptions,
  selectionArguments,
  selectionOptions,
  selectorsPositional,
  text,
  threadsArgument,
} from '../verb.ts';
import { openRunView, printFaultsOf, printResult } from '../terminal.ts';

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
    const format = text(args, 'log-format') ?? 'text';
    const view = await openRunView(terminal, format, text(args, 'log-level') ?? 'info');
    const { results, seconds } = await test(options, { ...terminal, report: view.report }).finally(() => view.close());
    if (format === 'text') {
      await printFaultsOf(results, [], options.projectDir, terminal);
      const { summaryText } = await import('../summary-text.ts');
      printResult(
        terminal,
        summaryText(
          { outcome: 'tested', seconds, results, changes: [], stale: [], publishSeconds: 0, faults: [] },
          terminal.style,
        ),
      );
    }
    if (terminal.signal.aborted) return 130;
    return results.some((result) => result.status === 'fail' || result.status === 'error') ? 1 : 0;
  },
};
