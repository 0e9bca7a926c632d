import type { Verb } from '../verb.ts';
import {
  projectArguments,
  projectOptions,
  selectionArguments,
  selectionOptions,
  selectorsPositional,
  text,
} from '../verb.ts';
import { printResult } from '../terminal.ts';

const formats = ['text', 'mermaid', 'dot', 'json'] as const;

export const graphVerb: Verb = {
  name: 'graph',
  describe: 'the graph of models, seeds and sources',
  positionals: selectorsPositional,
  options: {
    ...selectionOptions,
    format: { choices: formats, default: 'text', describe: 'how to draw it', requiresArg: true },
    ...projectOptions,
  },
  examples: [
    ['sparkify-run graph', 'in the order in which it is built'],
    ['sparkify-run graph --format mermaid', 'for a README'],
  ],
  async run(args, terminal) {
    const { graph } = await import('../../commands/list.ts');
    const { graphText } = await import('../graph-text.ts');
    const view = await graph({ ...projectArguments(args, terminal), ...selectionArguments(args) });
    const format = formats.find((known) => known === text(args, 'format')) ?? 'text';
    printResult(terminal, graphText(view, format));
    return 0;
  },
};
