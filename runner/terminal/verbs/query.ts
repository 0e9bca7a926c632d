import type { Rows } from '../../adapters/driver.ts';
import type { Verb } from '../verb.ts';
import { flag, projectArguments, projectOptions, text, wholeArgument } from '../verb.ts';
import type { Arguments } from '../verb.ts';
import type { Terminal } from '../terminal.ts';
import { printData, readOptions } from '../terminal.ts';

const formats = ['table', 'json', 'csv'] as const;

const readingOptions = {
  format: { choices: formats, default: 'table', describe: 'how to print the rows', requiresArg: true },
  wait: { type: 'boolean', default: false, describe: 'wait while another process has the database' },
  ...projectOptions,
} as const;

export const queryVerb: Verb = {
  name: 'query',
  describe: 'run an analysis, or any SQL, on what is published',
  positionals: {
    analysis: {
      usage: '<analysis>',
      type: 'string',
      describe: 'the name of an analysis, or SQL in quotes',
      demandOption: true,
    },
  },
  options: readingOptions,
  examples: [
    ['sparkify-run query top_songs', 'the answer to analyses/top_songs.sql'],
    ['sparkify-run query "select count(*) from songplays"', 'any question'],
  ],
  async run(args, terminal) {
    const { query } = await import('../../commands/query.ts');
    return printRows(args, terminal, await query(reading(args, terminal), text(args, 'analysis') ?? ''));
  },
};

export const showVerb: Verb = {
  name: 'show',
  describe: 'the first rows of a model, a seed or an analysis, or of what a test found',
  positionals: {
    name: { usage: '<name>', type: 'string', describe: 'a model, seed, analysis or test', demandOption: true },
  },
  options: { limit: { type: 'number', default: 10, describe: 'how many rows', requiresArg: true }, ...readingOptions },
  examples: [['sparkify-run show songplays --limit 3', 'three rows of it']],
  async run(args, terminal) {
    const { show } = await import('../../commands/show.ts');
    const limit = wholeArgument(args, 'limit', 1);
    return printRows(args, terminal, await show(reading(args, terminal), text(args, 'name') ?? '', limit));
  },
};

function reading(args: Arguments, terminal: Terminal): ReturnType<typeof readOptions> {
  return readOptions(projectArguments(args, terminal), flag(args, 'wait'), terminal);
}

async function printRows(args: Arguments, terminal: Terminal, rows: Rows): Promise<number> {
  const { rowsText } = await import('../table-text.ts');
  printData(terminal, rowsText(rows, formats.find((known) => known === text(args, 'format')) ?? 'table'));
  return 0;
}
