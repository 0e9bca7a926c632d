import type { Arguments, Verb } from '../verb.ts';
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
import type { Terminal } from '../terminal.ts';
import { printResult } from '../terminal.ts';
import { exitCodeOfRun } from '../exit-code.ts';
import { showRun } from '../run-view.ts';
import type { ModelsOptions } from '../../commands/models.ts';

export const modelsVerb: Verb = {
  name: 'models',
  describe: 'load, build, test and publish: the main job',
  positionals: selectorsPositional,
  options: {
    ...selectionOptions,
    'full-refresh': {
      type: 'boolean',
      default: false,
      describe: 'build incremental models and load raw files anew, as a whole',
    },
    'dry-run': { type: 'boolean', default: false, describe: 'print the plan and its SQL, and do nothing' },
    'replace-dependents': {
      type: 'boolean',
      default: false,
      describe: 'drop and make anew what others have built upon a table whose columns change',
    },
    wait: { type: 'boolean', default: false, describe: 'wait while another process has the database' },
    ...runOptions,
    ...projectOptions,
  },
  examples: [
    ['sparkify-run models', 'build everything'],
    ['sparkify-run models songplays', 'rebuild one table'],
    ['sparkify-run models songplays+', 'rebuild it and all that reads it'],
    ['sparkify-run models --dry-run', 'see what would be done'],
  ],
  async run(args, terminal) {
    const options: ModelsOptions = {
      ...projectArguments(args, terminal),
      ...selectionArguments(args),
      fullRefresh: flag(args, 'full-refresh'),
      replaceDependents: flag(args, 'replace-dependents'),
      threads: threadsArgument(args),
      wait: flag(args, 'wait'),
      command: terminal.commandLine,
    };
    return flag(args, 'dry-run') ? dryRun(options, terminal) : run(options, args, terminal);
  },
};

async function dryRun(options: ModelsOptions, terminal: Terminal): Promise<number> {
  const { planModels } = await import('../../commands/models.ts');
  const { planText } = await import('../plan-text.ts');
  const { project, preparation } = await planModels(options, { ...terminal, report: () => undefined });
  printResult(terminal, planText(preparation, project.context, terminal.style));
  return 0;
}

async function run(options: ModelsOptions, args: Arguments, terminal: Terminal): Promise<number> {
  const { models } = await import('../../commands/models.ts');
  return exitCodeOfRun(await showRun(args, terminal, (report) => models(options, { ...terminal, report })));
}
