import { FaultError } from '../core/fault.ts';

/** dbt's selection grammar: `2+tag:marts+1`, `@songplays`, `config.materialized:table`; comma intersects, space unites. */
export interface Term {
  readonly text: string;
  /** Such as `tag` or `config.materialized`; undefined when the value alone decides. */
  readonly method: string | undefined;
  readonly value: string;
  /** How many steps up and down to go along; 0 for none. */
  readonly parents: number;
  readonly children: number;
  /** `@`: everything below, and all that those need. */
  readonly childrensParents: boolean;
}

/** Terms that must all match (comma), of which any may (space). */
export type Selection = readonly (readonly Term[])[];

/** A term is no longer than the longest path of a file (Linux, `PATH_MAX`). */
const mostCharacters = 4096;

// @2+method.argument:value+1, all of it but the value optional
const termPattern = /^(@)?(?:(\d*)(\+))?(?:([\w.]+):)?(.*?)(?:(\+)(\d*))?$/;

/** Reads the words of a selection. Throws a FaultError for one that is none. */
export function parseSelection(words: readonly string[]): Selection {
  return words
    .flatMap((word) => word.split(/\s+/))
    .filter((word) => word !== '')
    .map((word) => word.split(',').map(parseTerm));
}

function parseTerm(text: string): Term {
  if (text.length > mostCharacters)
    throw invalid(
      `"${text.slice(0, 20)}…" has ${text.length} characters, and a selector has at most ${mostCharacters}`,
    );
  const [, at, upDepth, up, method, value = '', down, downDepth] = termPattern.exec(text) ?? [];
  if (text === '')
    throw invalid('a selector is missing at a comma: without blanks a comma is "both", a blank is "any of them"');
  if (value === '') throw invalid(`"${text}" names nothing to select`);
  if (at !== undefined && down !== undefined)
    throw invalid(`"${text}": @ takes all that is below already, so a + behind it has no meaning`);
  return {
    text,
    method,
    value,
    parents: up === undefined ? 0 : steps(upDepth),
    children: down === undefined ? 0 : steps(downDepth),
    childrensParents: at !== undefined,
  };
}

function steps(digits: string | undefined): number {
  return digits === undefined || digits === '' ? Infinity : Number(digits);
}

function invalid(message: string): FaultError {
  return new FaultError({
    code: 'selection-invalid',
    message,
    hint: 'such as songplays, +songplays, songplays+, tag:marts or path:models/staging',
  });
}
