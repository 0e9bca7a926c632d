import type { Verb } from '../verb.ts';
import { projectArguments, projectOptions } from '../verb.ts';
import { printResult } from '../terminal.ts';

export const validateVerb: Verb = {
  name: 'validate',
  describe: 'check the whole project without connecting to anything',
  options: projectOptions,
  examples: [['sparkify-run validate', 'what CI runs on every push']],
  async run(args, terminal) {
    const { validate } = await import('../../commands/validate.ts');
    const { counts, macros, dialects, publishes } = await validate(projectArguments(args, terminal));
    const { counted } = await import('../style.ts');
    const parts = [
      counted(counts.model, 'model'),
      counted(counts.seed, 'seed'),
      counted(counts.source, 'source'),
      counted(counts.test, 'test'),
      counted(counts.analysis, 'analysis', 'analyses'),
      counted(macros, 'macro'),
    ];
    printResult(terminal, `${terminal.style.green('valid')} for ${dialects.join(', ')}: ${parts.join(', ')}`);
    for (const { type, statements, road } of publishes)
      printResult(terminal, `a publish to ${type}: at most ${counted(statements, 'statement')}, ${road}`);
    return 0;
  },
};
