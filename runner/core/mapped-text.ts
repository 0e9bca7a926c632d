import type { Location } from './location.ts';
import { locationAt } from './location.ts';

/** The file and text that a span of generated text was made from. */
export interface Origin {
  readonly path: string;
  readonly text: string;
}

/** From `start` on (to the start of the next span), text stems from `origin` at offset `at`. */
export interface Span {
  readonly start: number;
  readonly origin: Origin | undefined;
  readonly at: number;
  /** Copied letter by letter, so that offsets run in step; else all of it stems from the one place `at`. */
  readonly copied: boolean;
  /** For text that came out of a macro: where the macro was called. */
  readonly calledFrom?: Span;
}

/** Text that knows, letter by letter, which line of which file it was made from. */
export interface MappedText {
  readonly text: string;
  readonly spans: readonly Span[];
}

/** Text that stems from no file, such as the `create table` around a model's query. */
export function plain(text: string): MappedText {
  return { text, spans: [{ start: 0, origin: undefined, at: 0, copied: false }] };
}

/** The text of a file as it stands. */
export function copied(origin: Origin): MappedText {
  return { text: origin.text, spans: [{ start: 0, origin, at: 0, copied: true }] };
}

export function concat(...pieces: readonly (MappedText | string)[]): MappedText {
  const texts: string[] = [];
  const spans: Span[] = [];
  let length = 0;
  for (const piece of pieces) {
    const mapped = typeof piece === 'string' ? plain(piece) : piece;
    for (const span of mapped.spans) spans.push({ ...span, start: span.start + length });
    texts.push(mapped.text);
    length += mapped.text.length;
  }
  return { text: texts.join(''), spans };
}

/** The text without the blanks at both of its ends, still mapped. */
export function trim(mapped: MappedText): MappedText {
  const start = mapped.text.length - mapped.text.trimStart().length;
  return slice(mapped, start, start + mapped.text.trim().length);
}

/** The part of the text from `start` up to `end`, still mapped. */
export function slice(mapped: MappedText, start: number, end: number): MappedText {
  const spans: Span[] = [];
  mapped.spans.forEach((span, i) => {
    const next = mapped.spans[i + 1]?.start ?? Infinity;
    if (next <= start || span.start >= end) return;
    const cut = Math.max(0, start - span.start);
    spans.push({ ...span, start: span.start + cut - start, at: span.copied ? span.at + cut : span.at });
  });
  return { text: mapped.text.slice(start, end), spans };
}

/**
 * Where the letter at `offset` of the text was written: the innermost place first, then each call that led to it.
 * Empty for text that stems from no file.
 */
export function locate(mapped: MappedText, offset: number): Location[] {
  const span = mapped.spans.findLast((candidate) => candidate.start <= offset);
  if (span?.origin === undefined) return [];
  const at = span.copied ? span.at + (offset - span.start) : span.at;
  const places = [placeOf(span.origin, at)];
  for (let call = span.calledFrom; call?.origin !== undefined; call = call.calledFrom) {
    places.push(placeOf(call.origin, call.at));
  }
  return places;
}

function placeOf(origin: Origin, at: number): Location {
  const place = locationAt(origin, at);
  return { ...place, excerpt: { text: origin.text.split('\n')[place.line - 1] ?? '', column: 1 } };
}
