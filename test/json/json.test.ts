import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseColumnType } from '../../runner/core/column-type.ts';
import type { Column } from '../../runner/core/node.ts';
import type { CopyOptions } from '../../runner/json/copy-options.ts';
import { asWritten } from '../../runner/json/copy-options.ts';
import { fit } from '../../runner/json/fit.ts';
import { follow, parseJsonPath, parseJsonPathsFile } from '../../runner/json/jsonpaths.ts';
import type { JsonNode } from '../../runner/json/parse.ts';
import { JsonError, parseJson } from '../../runner/json/parse.ts';
import { rootValues } from '../../runner/json/root-values.ts';
import { checkRow } from '../../runner/json/row.ts';

async function* chunksOf(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let i = 0; i < bytes.length; i += size) yield bytes.subarray(i, i + size);
}

async function valuesOf(text: string | Buffer, chunk = 7): Promise<string[]> {
  const found: string[] = [];
  for await (const value of rootValues(chunksOf(Buffer.from(text), chunk)))
    found.push(`${value.line}:${value.column} ${value.bytes.toString()}`);
  return found;
}

/** What a node means, as JSON.parse would have it. */
function meaning(node: JsonNode): unknown {
  switch (node.kind) {
    case 'null':
      return null;
    case 'boolean':
      return node.text === 'true';
    case 'number':
      return Number(node.text);
    case 'string':
      return node.text;
    case 'array':
      return node.items.map(meaning);
    case 'object':
      return Object.fromEntries([...node.fields].map(([key, value]) => [key, meaning(value)]));
  }
}

function column(type: string, notNull = false): Column {
  const parsed = parseColumnType(type);
  if (parsed === undefined) throw new Error(`${type} is no type`);
  return { name: 'c', type: parsed, notNull };
}

describe('root values are found', () => {
  test('one a line, back to back or pretty printed, with the place where each begins', async () => {
    expect(await valuesOf('{"a":1}\n{"b":"}{"}{"c":[1,\n 2]}  \n\n {\n "d": {"e": "\\""}\n}')).toEqual([
      '1:1 {"a":1}',
      '2:1 {"b":"}{"}',
      '2:11 {"c":[1,\n 2]}',
      '5:2 {\n "d": {"e": "\\""}\n}',
    ]);
  });

  test('behind a byte order mark and letters of several bytes', async () => {
    expect(await valuesOf('\ufeff{"é":"😀"} {"x":1}', 1)).toEqual(['1:1 {"é":"😀"}', '1:12 {"x":1}']);
  });

  test('wherever the stream is cut', async () => {
    const json = fc.array(
      fc.json({ maxDepth: 3 }).filter((text) => /^[{[]/.test(text)),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(
        json,
        fc.constantFrom('', ' ', '\n', '\r\n\t'),
        fc.integer({ min: 1, max: 40 }),
        async (texts, blank, size) => {
          const found = await valuesOf(texts.join(blank), size);
          expect(found.map((value) => value.replace(/^\d+:\d+ /, ''))).toEqual(texts);
        },
      ),
    );
  });

  test('after one that never closes: the next line that begins an object begins anew', async () => {
    expect(await valuesOf('{"a":1}\n{"b":"x\n{"c":3}\n{"d":[4}\n{"e":5}\n{"f":')).toEqual([
      '1:1 {"a":1}',
      '2:1 {"b":"x',
      '3:1 {"c":3}',
      '4:1 {"d":[4}',
      '5:1 {"e":5}',
      '6:1 {"f":',
    ]);
  });
});

describe('a JSON value is read', () => {
  test('as JSON.parse reads it', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4, noUnicodeString: false }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        // Lone surrogates are refused here, and JSON.parse takes them.
        if (/\\ud[89a-f]/i.test(text)) return;
        expect(meaning(parseJson(text))).toEqual(JSON.parse(text));
      }),
    );
  });

  test('and whatever JSON.parse refuses is refused', () => {
    const broken = fc
      .tuple(fc.json(), fc.nat(), fc.constantFrom('', ',', '"', '{', ']', '\n', '0', 'x'))
      .map(([text, at, put]) => {
        const i = at % (text.length + 1);
        return text.slice(0, i) + put + text.slice(i + (at % 2));
      });
    fc.assert(
      fc.property(broken, (text) => {
        let parsed: unknown;
        try {
          parsed = JSON.parse(text);
        } catch {
          expect(() => parseJson(text)).toThrow(JsonError);
          return;
        }
        if (
          /\\ud[89a-f]/i.test(text) ||
          new Set(text.match(/"[^"]*"\s*:/g)).size < (text.match(/"[^"]*"\s*:/g)?.length ?? 0)
        )
          return;
        expect(meaning(parseJson(text))).toEqual(parsed);
      }),
    );
  });

  test.each([
    ['{"a":1,}', 7, 'expected a key in double quotes, found "}"'],
    ['{"a" 1}', 5, 'expected ":", found "1"'],
    ['{"a":1 "b"}', 7, 'expected "," or "}", found "\\""'],
    ['{"a":"x', 5, 'the string that begins here is never closed'],
    ['{"a":"x\ny"}', 7, 'a line break or other control character inside a string must be escaped'],
    ['{"a":"\\q"}', 6, 'this escape does not exist in JSON'],
    ['{"a":NaN}', 5, 'expected a value, found "N"'],
    ['{"a":01}', 5, 'expected a value, found "0"'],
    ['{"a":1} x', 8, 'expected the end of the value, found "x"'],
    ['{"a":"\\ud800"}', 5, 'a \\u escape is half of a surrogate pair'],
  ])('%s is refused at offset %i: %s', (text, offset, message) => {
    expect(() => parseJson(text)).toThrow(expect.objectContaining({ offset, message }) as Error);
  });
});

describe('a raw value fits its column as COPY would have it', () => {
  test.each([
    ['integer', '7', '7'],
    ['integer', '+7', '7'],
    ['integer', '', null],
    ['integer', '1.5', undefined],
    ['integer', '2147483648', undefined],
    ['integer', 'true', undefined],
    ['integer', ' 7', undefined],
    ['bigint', '9223372036854775807', '9223372036854775807'],
    ['bigint', '9223372036854775808', undefined],
    ['smallint', '-32768', '-32768'],
    ['double precision', '1541078e+12', '1541078e+12'],
    ['double precision', 'nan', undefined],
    ['double precision', '1e999', undefined],
    ['double precision', '', null],
    ['decimal(5,2)', '152.92036', '152.92'],
    ['decimal(5,2)', '1000', undefined],
    ['decimal(5,2)', '1.5e2', '150'],
    ['decimal(5,2)', '-0.129', '-0.12'],
    ['decimal(5,2)', '5e-3', '0.00'],
    ['decimal(5,2)', `0.${'0'.repeat(500)}1e501`, '1'],
    ['decimal(5,2)', `0.${'0'.repeat(500)}1e600`, undefined],
    ['decimal(5,2)', `1${'0'.repeat(500)}e-500`, '1.00'],
    ['decimal(5,2)', '0e999999999', '0'],
    ['decimal(5,2)', '1e999999999', undefined],
    ['boolean', 'T', 'true'],
    ['boolean', 'no', 'false'],
    ['boolean', '2', undefined],
    ['varchar(2)', 'é', 'é'],
    ['varchar(2)', 'éa', undefined],
    ['varchar(2)', '', ''],
    ['varchar(9)', 'a\0b', undefined],
    ['date', '2018-11-01', '2018-11-01'],
    ['date', '2018-02-30', undefined],
    ['date', '0000-01-01', undefined],
    ['date', '0001-01-01', '0001-01-01'],
    ['timestamp', '0000-12-31 23:59:59', undefined],
    ['timestamp', '2018-11-01 20:57:10+00', '2018-11-01 20:57:10'],
    ['timestamp', '2018-11-01 20:57:10+02', undefined],
    ['timestamptz', '2018-11-01 20:57:10+02', '2018-11-01 18:57:10'],
    ['timestamptz', '2018-11-01T20:57:10.796-05:30', '2018-11-02 02:27:10.796'],
    ['timestamptz', '2018-11-01 00:57:10.123456 +0530', '2018-10-31 19:27:10.123456'],
    ['timestamptz', '2018-11-01T20:57Z', '2018-11-01 20:57:00'],
    ['timestamptz', '2018-11-01 20:57:10', '2018-11-01 20:57:10'],
    ['timestamptz', '2018-11-01', '2018-11-01 00:00:00'],
    ['timestamptz', '2018-11-01 20:57:10+16', undefined],
    ['timestamptz', '2018-11-01 20:57:10+02:60', undefined],
    ['timestamptz', '0001-01-01 00:30:00+01', undefined],
    ['timestamptz', '9999-12-31 23:30:00-01', undefined],
    ['double precision', '1e-400', undefined],
    ['double precision', '-0.0e-999', '-0.0e-999'],
    ['double precision', '1e-310', '1e-310'],
    ['real', '1e-46', undefined],
    ['real', '1e39', undefined],
    ['super', '{"a":1,"b":[1.50, 1e2, -0], "a":2}', '{"a":1,"b":[1.5,100,0]}'],
    ['super', '"\\u00e9"', '"é"'],
    ['super', '12345678901234567890.120', '12345678901234567890.12'],
    ['super', '1e60', '1e+60'],
    ['super', '1e400', undefined],
    ['super', '{"a\\u0000":1}', undefined],
    ['super', `${'['.repeat(1000)}${']'.repeat(1000)}`, `${'['.repeat(1000)}${']'.repeat(1000)}`],
    ['super', `${'['.repeat(1002)}${']'.repeat(1002)}`, undefined],
    ['timestamp', '2018-11-01 20:57:10.796', '2018-11-01 20:57:10.796'],
    ['timestamp', '2018-11-01 25:00', undefined],
  ])('%s of %j gives %j', (type, text, expected) => {
    const fitted = fit(text, column(type));
    expect('text' in fitted ? fitted.text : undefined).toBe(expected);
  });

  test.each<[Partial<CopyOptions>, string, string, string | null | undefined]>([
    [{ timeFormat: 'epochmillisecs' }, 'timestamp', '1541990217796', '2018-11-12 02:36:57.796'],
    [{ timeFormat: 'epochmillisecs' }, 'timestamptz', '0', '1970-01-01 00:00:00.000'],
    [{ timeFormat: 'epochsecs' }, 'timestamp', '-1', '1969-12-31 23:59:59.000'],
    [{ timeFormat: 'epochsecs' }, 'timestamp', '', null],
    [{ timeFormat: 'epochsecs' }, 'timestamp', '1.5', undefined],
    [{ timeFormat: 'epochsecs' }, 'timestamp', '2018-11-01 20:57:10', undefined],
    [{ timeFormat: 'epochsecs' }, 'timestamp', '253402300800', undefined],
    [{ timeFormat: 'epochmillisecs' }, 'timestamp', '-62135596800001', undefined],
    [{ timeFormat: 'epochmillisecs' }, 'bigint', '1541990217796', '1541990217796'],
    [{ timeFormat: 'epochmillisecs' }, 'date', '2018-11-01', '2018-11-01'],
    [{ truncateColumns: true }, 'varchar(3)', 'éé', 'é'],
    [{ truncateColumns: true }, 'varchar(5)', 'a𝄞é', 'a𝄞'],
    [{ truncateColumns: true }, 'varchar(2)', '𝄞', ''],
    [{ truncateColumns: true }, 'varchar(3)', '\ufffdx', '\ufffd'],
    [{ truncateColumns: true }, 'integer', '12345678901', undefined],
    [{ blanksAsNull: true }, 'varchar(9)', ' \t\n', null],
    [{ blanksAsNull: true }, 'varchar(9)', ' x', ' x'],
    [{ blanksAsNull: true }, 'varchar(9)', '', ''],
    [{ blanksAsNull: true, truncateColumns: true }, 'varchar(1)', '  x', ' '],
    [{ emptyAsNull: true }, 'char(9)', '', null],
    [{ emptyAsNull: true }, 'varchar(9)', ' ', ' '],
  ])('with %j, %s of %j gives %j', (options, type, text, expected) => {
    const fitted = fit(text, column(type), { ...asWritten, ...options });
    expect('text' in fitted ? fitted.text : undefined).toBe(expected);
  });

  test('and is not made null where it must not be', () => {
    const options = { ...asWritten, blanksAsNull: true, emptyAsNull: true };
    for (const text of ['', ' ']) expect(fit(text, column('varchar(9)', true), options)).toHaveProperty('problem');
  });

  test('and null only where it may be', () => {
    expect(fit(null, column('integer'))).toEqual({ text: null });
    expect(fit(null, column('integer', true))).toHaveProperty('problem');
    expect(fit('', column('integer', true))).toHaveProperty('problem');
  });
});

describe('jsonpaths', () => {
  test.each([
    ["$['artist']", ['artist']],
    ['$.a.b[2]', ['a', 'b', 2]],
    ['$["a b"][0][\'c\']', ['a b', 0, 'c']],
    ['artist', undefined],
    ['$[0]', [0]],
    ['$', undefined],
    ['$.*', undefined],
    ['$..a', undefined],
  ])('%s is read as %j', (text, path) => {
    expect(parseJsonPath(text)).toEqual(path);
  });

  test('lead to a field, through objects and arrays', () => {
    const root = parseJson('{"a":{"b":[1,{"c":"x"}]}}');
    expect(follow(root, ['a', 'b', 1, 'c'])).toMatchObject({ text: 'x' });
    expect(follow(root, ['a', 'z'])).toBeUndefined();
    expect(follow(parseJson('{"0":1}'), [0])).toBeUndefined();
    expect(follow(parseJson('[1]'), ['0'])).toBeUndefined();
  });

  test('a file that is none is refused rather than taken for auto', () => {
    expect(() => parseJsonPathsFile('{"jsonPaths": ["$.a"]}')).toThrow(
      /a jsonpaths file is an object with the one key/,
    );
    expect(() => parseJsonPathsFile('{"jsonpaths": ["$.a", "b"]}')).toThrow(/not a path/);
    expect(() => parseJsonPathsFile('{"jsonpaths": ["$.a", "$[1]"]}')).toThrow(/all paths begin with a key/);
  });
});

test('a row that does not fit is told with line, column, field, value and declared type', async () => {
  const text = '{"id":1}\n  {"id":2,\n   "when":"soon"}';
  const fields = [
    { column: { ...column('integer'), name: 'id' }, path: ['id'] },
    { column: { ...column('timestamp'), name: 'sold_at' }, path: ['when'] },
  ];
  const problems = [];
  for await (const value of rootValues(chunksOf(Buffer.from(text), 5))) {
    const checked = checkRow(value, fields, 'raw/a.json');
    if ('problems' in checked) problems.push(...checked.problems);
  }
  expect(problems).toEqual([
    {
      message: 'field "when": "soon" is not a time such as 2018-11-01 20:57:10.796; column "sold_at" is timestamp',
      at: { path: 'raw/a.json', line: 3, column: 11, excerpt: { text: '   "when":"soon"}', column: 1 } },
      field: 'when',
    },
  ]);
});
