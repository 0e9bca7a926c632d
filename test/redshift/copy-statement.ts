import type { Token } from './tokens.ts';
import { closing, listItems, namedBehind, textOf, tokensOf, trimmed } from './tokens.ts';
import { RedshiftError } from './warehouse.ts';

/** A COPY of JSON from S3, as data. */
export interface CopyStatement {
  readonly table: string;
  readonly columns: readonly string[] | undefined;
  readonly from: string;
  readonly role: string;
  readonly json: string;
  readonly manifest: boolean;
  readonly gzip: boolean;
  readonly region: string | undefined;
  readonly timeFormat: string | undefined;
  readonly truncateColumns: boolean;
  readonly blanksAsNull: boolean;
  readonly emptyAsNull: boolean;
  readonly roundDecimals: boolean;
  readonly noLoad: boolean;
  readonly maxErrors: number;
}

const flags = ['manifest', 'gzip', 'truncatecolumns', 'blanksasnull', 'emptyasnull', 'rounddec', 'roundec', 'noload'];
const valued = ['region', 'timeformat', 'dateformat', 'maxerror', 'iam_role', 'json', 'statupdate', 'compupdate'];
const notWithJson =
  /^(?:csv|delimiter|escape|fillrecord|fixedwidth|ignoreblanklines|null|quote|readratio|removequotes)$/;

/** Reads a COPY. Throws a RedshiftError for what Redshift would refuse. */
export function parseCopy(statement: string): CopyStatement {
  const tokens = tokensOf(statement.trim().replace(/;\s*$/, ''));
  const { start, end } = namedBehind(tokens, /^copy$/);
  const ink = trimmed(tokens.slice(end));
  const hasColumns = ink[0]?.text === '(';
  const close = hasColumns ? closing(ink, 0) : -1;
  const columns = hasColumns ? listItems(ink.slice(1, close)).map((item) => bare(trimmed(item))) : undefined;
  const words = ink.slice(close + 1).filter(({ kind }) => kind !== 'blank');
  if (words[0]?.text.toLowerCase() !== 'from' || words[1]?.kind !== 'text') throw near(words[0]);
  const options = readOptions(words.slice(2));
  const from = literal(words[1]);
  if (!/^s3:\/\/[^/]+\/?/.test(from)) throw new RedshiftError(`The file location '${from}' is not valid`, '22023');
  const role = options.get('iam_role');
  if (role === undefined) throw new RedshiftError('COPY from this source requires authorization', '0A000');
  if (role !== 'default' && !/^arn:[\w-]+:iam::\d{12}:role\/.+/.test(role))
    throw new RedshiftError(`Invalid IAM role ARN '${role}'`, '22023');
  const json = options.get('json');
  if (json === undefined) throw new RedshiftError('the stand-in copies JSON alone', '0A000');
  return {
    table: textOf(tokens.slice(start, end)).toLowerCase(),
    columns,
    from,
    role,
    json,
    manifest: options.has('manifest'),
    gzip: options.has('gzip'),
    region: options.get('region'),
    timeFormat: options.get('timeformat'),
    truncateColumns: options.has('truncatecolumns'),
    blanksAsNull: options.has('blanksasnull'),
    emptyAsNull: options.has('emptyasnull'),
    roundDecimals: options.has('roundec'),
    noLoad: options.has('noload'),
    maxErrors: Number(options.get('maxerror') ?? 0),
  };
}

function readOptions(words: readonly Token[]): Map<string, string> {
  const options = new Map<string, string>();
  for (let i = 0; i < words.length; i++) {
    const name = words[i]?.text.toLowerCase() ?? '';
    if (name === 'format' && words[i + 1]?.text.toLowerCase() !== 'json') i++;
    if (name === 'format') continue;
    if (notWithJson.test(name)) throw new RedshiftError(`${name} is not supported for JSON`, '0A000');
    if (flags.includes(name)) options.set(name, '');
    else if (valued.includes(name)) {
      if (words[i + 1]?.text.toLowerCase() === 'as') i++;
      const value = words[++i];
      if (value === undefined) throw near(value);
      options.set(name, value.kind === 'text' ? literal(value) : value.text.toLowerCase());
    } else throw near(words[i]);
  }
  for (const name of ['statupdate', 'compupdate'])
    if (options.has(name) && !/^(?:on|off|true|false|preset)$/.test(options.get(name) ?? ''))
      throw new RedshiftError(`syntax error at or near "${options.get(name)}"`, '42601');
  return options;
}

function near(token: Token | undefined): RedshiftError {
  return new RedshiftError(`syntax error at or near "${token?.text ?? ''}"`, '42601');
}

function bare(tokens: readonly Token[]): string {
  return textOf(tokens).replaceAll('"', '').toLowerCase();
}

function literal({ text }: Token): string {
  return text
    .slice(1, -1)
    .replaceAll("''", "'")
    .replace(/\\([\s\S])/g, '$1');
}
