import type { Verb } from '../verb.ts';
import {
  projectArguments,
  projectOptions,
  selectionArguments,
  selectionOptions,
  selectorsPositional,
} from '../verb.ts';
import { printData, printResult } from '../terminal.ts';

export const compileVerb: Verb = {
  name: 'compile',
  describe: 'rendered SQL, into target/compiled/',
  positionals: selectorsPositional,
  options: { ...selectionOptions, ...projectOptions },
  examples: [
    ['sparkify-run compile', 'everything, into files'],
    ['sparkify-run compile songplays', 'one model, onto the screen as well'],
  ],
  async run(args, terminal) {
    const { compileNodes } = await import('../../commands/compile.ts');
    const nodes = await compileNodes({ ...projectArguments(args, terminal), ...selectionArguments(args) });
    const names = new Set(nodes.map((node) => node.name));
    if (names.size === 1) printData(terminal, nodes.map((node) => `-- ${node.file}\n\n${node.sql};`).join('\n\n'));
    else {
      const { counted } = await import('../style.ts');
      printResult(terminal, `${counted(nodes.length, 'file')} in target/compiled`);
    }
    return 0;
  },
};
