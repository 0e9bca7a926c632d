import { once } from 'node:events';
import type { WriteStream } from 'node:fs';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { turnsOf } from '../core/stop.ts';
import { refusal } from '../files/refusal.ts';
import { writeText } from '../files/text-file.ts';
import type { Answers } from './answers.ts';
import { AnswerCounter } from './answers.ts';
import type { Song } from './catalogue.ts';
import { makeCatalogue } from './catalogue.ts';
import { Chance } from './chance.ts';
import { appEvents } from './events.ts';
import { eventFields, eventText, songText } from './json-text.ts';
import { Listening } from './listening.ts';
import { makePeople } from './people.ts';

/** How much to make, and from when on. The same sizes and seed always make the same files. */
export interface SampleSize {
  readonly events: number;
  readonly users: number;
  readonly songs: number;
  readonly days: number;
  readonly seed: number;
  readonly songsPerFile: number;
  readonly start: Date;
}

/** Told now and then how many events are written. */
export type Progress = (events: number) => void;

const progressEvery = 100_000;
const dayMs = 24 * 3600 * 1000;

/**
 * Writes raw files in the layout of the S3 bucket into `folder`: log_data by day, song_data by track id, the
 * jsonpaths file, and answers.json with what a warehouse built of them must say. Memory does not grow with events.
 * A signal ends it: its reason is thrown.
 */
export async function makeSample(
  folder: string,
  size: SampleSize,
  progress: Progress = () => undefined,
  signal?: AbortSignal,
): Promise<Answers> {
  const turn = turnsOf(signal);
  const { seed, songs, users, days, start } = size;
  const startMs = start.getTime();
  const catalogue = await makeCatalogue(songs, seed, turn);
  const chance = new Chance(seed + 1);
  const people = await makePeople(users, startMs, startMs + days * dayMs, chance, turn);
  const listening = new Listening(catalogue, chance);
  await writeSongs(folder, catalogue, size.songsPerFile, turn);
  write(
    join(folder, 'log_json_path.json'),
    `${JSON.stringify({ jsonpaths: eventFields.map((field) => `$['${field}']`) }, undefined, 4)}\n`,
  );

  const counter = new AnswerCounter(catalogue);
  const log = new DailyLog(folder);
  let written = 0;
  for (const event of appEvents({ events: size.events, days, startMs, people, listening, chance })) {
    await turn();
    counter.count(event);
    if (!log.isOpenFor(event.ts)) await log.open(event.ts);
    if (!log.write(`${eventText(event)}\n`)) await log.drained();
    if (++written % progressEvery === 0) progress(written);
  }
  await log.close();
  const answers = counter.answers();
  write(join(folder, 'answers.json'), `${JSON.stringify(answers, undefined, 2)}\n`);
  return answers;
}

/** One of so many song files is pretty printed, which COPY takes as well. */
const prettyEvery = 25;

/** Songs by the first letters of their track id: song_data/A/B/C/TRABC….json */
async function writeSongs(
  folder: string,
  catalogue: readonly Song[],
  perFile: number,
  turn: () => Promise<void>,
): Promise<void> {
  for (let i = 0; i < catalogue.length; i += perFile) {
    await turn();
    const songs = catalogue.slice(i, i + perFile);
    const [first] = songs;
    if (first === undefined) return;
    const [a = '', b = '', c = ''] = first.trackId.slice(2);
    const pretty = (i / perFile) % prettyEvery === prettyEvery - 1;
    write(
      join(folder, 'song_data', a, b, c, `${first.trackId}.json`),
      songs.map((song) => songText(song, pretty)).join('\n'),
    );
  }
}

/** The log of one day after another: log_data/2018/11/2018-11-01-events.json */
class DailyLog {
  readonly #folder: string;
  #from = -Infinity;
  #stream: WriteStream | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  isOpenFor(ts: number): boolean {
    return ts >= this.#from && ts < this.#from + dayMs;
  }

  async open(ts: number): Promise<void> {
    await this.close();
    this.#from = Math.floor(ts / dayMs) * dayMs;
    const day = new Date(ts).toISOString().slice(0, 10);
    const [year = '', month = ''] = day.split('-');
    const file = join(this.#folder, 'log_data', year, month, `${day}-events.json`);
    writeText(file, file, '');
    this.#stream = createWriteStream(file, { highWaterMark: 256 * 1024 });
    // An error between two writes is thrown by the next `drained` or `close`.
    this.#stream.on('error', () => undefined);
  }

  /** False when the disk has to catch up first: see `drained`. */
  write(line: string): boolean {
    return this.#stream?.write(line) ?? true;
  }

  async drained(): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined) return;
    const error: unknown =
      stream.errored ??
      (await once(stream, 'drain').then(
        () => undefined,
        (reason: unknown) => reason,
      ));
    if (error !== undefined) throw refusal('write', String(stream.path), error);
  }

  async close(): Promise<void> {
    if (this.#stream === undefined) return;
    const stream = this.#stream;
    stream.end();
    await finished(stream).catch((error: unknown) => {
      throw refusal('write', String(stream.path), error);
    });
  }
}

function write(file: string, text: string): void {
  writeText(file, file, text);
}
