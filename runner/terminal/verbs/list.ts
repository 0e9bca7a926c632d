import type { Verb } from '../verb.ts';
import {
  projectArguments,
  projectOptions,
  selectionArguments,
  selectionOptions,
  selectorsPositional,
  text,
} from '../verb.ts';
import { printable } from '../printable.ts';
import { printResult } from '../terminal.ts';

export const listVerb: Verb = {
  name: 'list',
  describe: 'what a selection picks, a name a line',
  positionals: selectorsPositional,
  options: {
    ...selectionOptions,
    format: {
      choices: ['text', 'table', 'json'] as const,
      default: 'text',
      describe: 'text: a name a line; table: with kind, schema and path; json',
      requiresArg: true,
    },
    ...projectOptions,
  },
  examples: [
    ['sparkify-run list', 'everything'],
    ['sparkify-run list +songplays --format table', 'songplays and all that it needs'],
  ],
  async run(args, terminal) {
    const { list } = await import('../../commands/list.ts');
    const nodes = await list({ ...projectArguments(args, terminal), ...selectionArguments(args) });
    switch (text(args, 'format')) {
      case 'json':
        printResult(terminal, JSON.stringify(nodes, undefined, 2));
        break;
      case 'table': {
        const { plainTable } = await import('../table-text.ts');
        printResult(
          terminal,
          plainTable(
            nodes.map((node) => [
              node.name,
              node.materialized ?? node.resource_type,
              node.schema ?? '',
              printable(node.path),
              printable(node.tags.join(', ')),
            ]),
          ),
        );
        break;
      }
      default:
        printResult(terminal, nodes.map((node) => node.name).join('\n'));
    }
    return 0;
  },
};
