import { FaultError } from '../../core/fault.ts';
import type { Verb } from '../verb.ts';
import { text, wholeArgument } from '../verb.ts';
import { printResult } from '../terminal.ts';

export const generateVerb: Verb = {
  name: 'generate',
  describe: 'make sample data at any scale, and what the right answers are',
  options: {
    out: { type: 'string', default: 'sample', describe: 'the folder to write to', requiresArg: true },
    events: { type: 'number', default: 5000, describe: 'app events, about so many', requiresArg: true },
    users: { type: 'number', default: 100, describe: 'people', requiresArg: true },
    songs: { type: 'number', default: 300, describe: 'songs of the catalogue', requiresArg: true },
    days: { type: 'number', default: 30, describe: 'days of app events', requiresArg: true },
    seed: { type: 'number', default: 1, describe: 'the same seed makes the same files', requiresArg: true },
    'songs-per-file': { type: 'number', default: 1, describe: 'how many songs stand in one file', requiresArg: true },
    start: { type: 'string', default: '2018-11-01', describe: 'the first day', requiresArg: true },
  },
  examples: [['sparkify-run generate --events 1000000 --songs 100000 --songs-per-file 10000', 'a million events']],
  async run(args, terminal) {
    const { generate } = await import('../../commands/generate.ts');
    const { count } = await import('../style.ts');
    const out = text(args, 'out') ?? 'sample';
    const size = {
      events: wholeArgument(args, 'events', 1),
      users: wholeArgument(args, 'users', 1),
      songs: wholeArgument(args, 'songs', 1),
      days: wholeArgument(args, 'days', 1),
      seed: wholeArgument(args, 'seed', 0),
      songsPerFile: wholeArgument(args, 'songs-per-file', 1),
      start: day(text(args, 'start') ?? ''),
    };
    const progress = (events: number): void => void terminal.stderr.write(`${count(events)} events\n`);
    const answers = await generate(out, size, progress, terminal.signal);
    const { events, plays, users, songs } = answers;
    printResult(
      terminal,
      `${out}: ${count(events)} events (${count(plays)} plays by ${count(users)} users), ${count(songs)} songs; answers.json says what is right`,
    );
    return 0;
  },
};

function day(given: string): Date {
  const start = new Date(`${given}T00:00:00Z`);
  if (/^\d{4}-\d\d-\d\d$/.test(given) && !Number.isNaN(start.getTime())) return start;
  throw new FaultError({ code: 'usage', message: `--start takes a day such as 2018-11-01, not "${given}"` });
}
