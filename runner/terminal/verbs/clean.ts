import type { Verb } from '../verb.ts';
import { projectOptions, text } from '../verb.ts';
import { printResult } from '../terminal.ts';

export const cleanVerb: Verb = {
  name: 'clean',
  describe: 'remove target/: artifacts, compiled SQL and caches',
  options: { 'project-dir': projectOptions['project-dir'] },
  examples: [['sparkify-run clean', 'the warehouse stays as it is']],
  async run(args, terminal) {
    const { clean } = await import('../../commands/clean.ts');
    printResult(terminal, `removed ${await clean(text(args, 'project-dir') ?? '.')}`);
    return 0;
  },
};
