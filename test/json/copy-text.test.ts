import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseColumnType } from '../../runner/core/column-type.ts';
import { copyFormat, copyLine, jsonFormat } from '../../runner/json/copy-line.ts';
import type { CopyOptions } from '../../runner/json/copy-options.ts';
import { asWritten, timeFormats } from '../../runner/json/copy-options.ts';
import type { RejectedRow } from '../../runner/json/copy-text.ts';
import { CopyText } from '../../runner/json/copy-text.ts';
import { rootValues } from '../../runner/json/root-values.ts';
import type { Field } from '../../runner/json/row.ts';
import { checkRow } from '../../runner/json/row.ts';

function field(name: string, type: string, notNull = false, path: readonly (string | number)[] = [name]): Field {
  const parsed = parseColumnType(type);
  if (parsed === undefined) throw new Error(`${type} is no type`);
  return { column: { name, type: parsed, notNull }, path };
}

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The lines of a file, and what was said of rows that were not taken. */
async function copied(
  bytes: Uint8Array,
  fields: readonly Field[],
  size = 7,
  format = copyFormat,
): Promise<{ text: string; rejected: RejectedRow[]; rows: number }> {
  const rejected: RejectedRow[] = [];
  const copy = new CopyText(fields, format);
  const out: Buffer[] = [];
  for await (const buffer of copy.file(pieces(bytes, size), 'raw.json', (row) => void rejected.push(row)))
    out.push(buffer);
  out.push(copy.end());
  return { text: Buffer.concat(out).toString(), rejected, rows: copy.rows };
}

const meanings: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/** The values of COPY text as the server reads them. */
function values(text: string): (string | null)[][] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) =>
    line
      .split('\t')
      .map((cell) => (cell === '\\N' ? null : cell.replace(/\\(.)/g, (_, char: string) => meanings[char] ?? char))),
  );
}

/** The values of lines whose cells are parts of JSON strings, behind an empty one. */
function jsonValues(text: string): (string | null)[][] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => {
    const [lead, ...cells] = line.split('\t');
    expect(lead).toBe('');
    return cells.map((cell) => (cell === '\\N' ? null : (JSON.parse(`"${cell}"`) as string)));
  });
}

/** The same by looking at each value, which is slow and sure. */
async function looked(
  bytes: Uint8Array,
  fields: readonly Field[],
): Promise<{ text: string; rejected: RejectedRow[]; rows: number }> {
  const rejected: RejectedRow[] = [];
  const lines: string[] = [];
  for await (const value of rootValues(pieces(bytes, bytes.length || 1))) {
    const checked = checkRow(value, fields, 'raw.json');
    if ('values' in checked) lines.push(copyLine(checked.values));
    else rejected.push(checked);
  }
  return { text: lines.join(''), rejected, rows: lines.length };
}

const fields = [
  field('id', 'integer'),
  field('title', 'varchar(20)'),
  field('ratio', 'double precision'),
  field('price', 'decimal(6,2)'),
  field('short', 'smallint'),
  field('large', 'bigint'),
  field('small', 'real'),
  field('yes', 'boolean'),
  field('day', 'date'),
  field('moment', 'timestamp'),
  field('letter', 'char(3)'),
  field('kept', 'super'),
  field('needed', 'varchar(9)', true),
  field('inside', 'varchar(9)', false, ['other', 'a']),
  field('deep', 'super', false, ['other', 'x', 1]),
];

describe('a row of COPY text', () => {
  const of = async (json: string, ...columns: Field[]) => (await copied(Buffer.from(json), columns)).text;

  test('has a value for each column, in their order, whatever that of the keys', async () => {
    expect(
      await of(
        '{"b":"x","c":null,"a":1}{"a":2}',
        field('a', 'integer'),
        field('b', 'varchar(9)'),
        field('c', 'integer'),
      ),
    ).toBe('1\tx\t\\N\n2\t\\N\t\\N\n');
  });

  test('has the escapes of JSON as they are, and others by their meaning', async () => {
    const json = String.raw`{"a":"tab\tline\nquote\"slash\/back\\N"}{"a":"\u00e9\u0041 é"}`;
    expect(await of(json, field('a', 'varchar(99)'))).toBe(String.raw`tab\tline\nquote\"slash\/back\\N` + '\néA é\n');
  });

  test('keeps every digit of a number', async () => {
    const json = '{"a":9007199254740993,"b":1541078e+12,"c":"112","d":112}';
    const columns = [
      field('a', 'bigint'),
      field('b', 'double precision'),
      field('c', 'integer'),
      field('d', 'varchar(9)'),
    ];
    expect(await of(json, ...columns)).toBe('9007199254740993\t1541078e+12\t112\t112\n');
  });

  test('cuts a decimal at its scale, and takes an empty text for null but in text', async () => {
    const columns = [field('a', 'decimal(4,1)'), field('b', 'integer'), field('c', 'varchar(1)')];
    expect(await of('{"a":1.29,"b":"","c":""}', ...columns)).toBe('1.2\t\\N\t\n');
  });

  test('takes blanks for null where that is asked for, also those that are written as escapes', async () => {
    const options = { ...asWritten, blanksAsNull: true };
    const columns = ['a', 'b', 'c'].map((name) => ({ ...field(name, 'varchar(9)'), options }));
    expect(await of(String.raw`{"a":" ","b":"\t\n","c":"\tx"}`, ...columns)).toBe('\\N\t\\N\t\\tx\n');
  });

  test('counts the bytes of what a text means', async () => {
    const three = field('a', 'varchar(3)');
    const { text, rejected } = await copied(Buffer.from(String.raw`{"a":"\n\n\n"} {"a":"ääx"} {"a":"\u00e4x"}`), [
      three,
    ]);
    expect(text).toBe('\\n\\n\\n\näx\n');
    expect(rejected.map(({ problems }) => problems[0]?.message)).toEqual([
      'field "a": "ääx" is 5 bytes long; column "a" is varchar(3)',
    ]);
  });
});

test('two fields may be of one key, and of keys inside of keys', async () => {
  const columns = [
    field('a', 'integer', false, ['n']),
    field('b', 'varchar(9)', false, ['n']),
    field('c', 'integer', false, ['in', 0]),
  ];
  const { text } = await copied(Buffer.from('{"n":1,"in":[7]}'), columns);
  expect(text).toBe('1\t1\t7\n');
});

const large = (bytes: number): string => `{"id":1,"needed":"x","other":"${'y'.repeat(bytes)}"}`;

describe('one value that is too large', () => {
  const mega = 1024 * 1024;

  test.each([5 * mega, 8.5 * mega, 13 * mega])(
    'of %i bytes is one row that is not taken, however it arrives',
    async (bytes) => {
      const file = Buffer.from(`{"id":1,"needed":"a"}\n${large(bytes)}\n{"id":2,"needed":"b"}`);
      for (const size of [64 * 1024, mega + 7, 20 * mega]) {
        const { rejected, rows } = await copied(file, fields, size);
        expect(rows).toBe(2);
        expect(rejected.map(({ problems: [problem] }) => `${problem?.at.line} ${problem?.message}`)).toEqual([
          '2 one JSON value may be 4 MB at most',
        ]);
      }
    },
  );

  test('ends where its brackets close, also when lines in it begin like a row', async () => {
    const items = `${'{"id":3,"needed":"c"},\n'.repeat(250_000)}{}`;
    const file = Buffer.from(`{"id":1,"needed":"a","other":[\n${items}\n]}\n{"id":2,"needed":"b"}`);
    const { rejected, rows } = await copied(file, fields, 256 * 1024);
    expect([rows, rejected.length]).toEqual([1, 1]);
  });

  test('is one error, whatever else is wrong with it', async () => {
    const items = `${'{"id":3,"needed":"c"}\n,\n'.repeat(250_000)}{}`;
    const file = Buffer.from(`{"id":1,,"other":[\n${items}\n]}\n{"id":2,"needed":"b"}`);
    const { rejected, rows } = await copied(file, fields, 256 * 1024);
    expect([rows, rejected.length]).toEqual([1, 1]);
  });

  test.each([
    ['string', ''],
    ['object', '"'],
  ])('whose %s never closes ends before the next row', async (_, end) => {
    const file = Buffer.from(
      `{"id":1,"needed":"${'y'.repeat(6 * mega)}${end}\n{"id":2,"needed":"b"}\n{"id":3,"needed":"b"}`,
    );
    // The line break is the last byte of a piece, or the first, or neither.
    for (const size of [256 * 1024, file.indexOf('\n'), file.indexOf('\n') + 1]) {
      const { rejected, rows } = await copied(file, fields, size);
      expect([rows, rejected.length]).toEqual([2, 1]);
    }
  });

  test('may have 4 MB exactly', async () => {
    const empty = large(0).length;
    const most = await copied(Buffer.from(large(4 * mega - empty)), fields, 256 * 1024);
    expect([most.rows, most.rejected.length]).toEqual([1, 0]);
    const more = await copied(Buffer.from(large(4 * mega - empty + 1)), fields, 256 * 1024);
    expect([more.rows, more.rejected.length]).toEqual([0, 1]);
  });
});

test('a value that lacks its end is one row that is not taken, and the rows after it are', async () => {
  const file = Buffer.from(
    '{"id":1,"needed":"a"\n{"id":2,"needed":"b"}\n{"id":3,"needed":["x"}\n{"id":4,"needed":"d"}\n',
  );
  for (const size of [1, 9, 1000]) {
    const { rejected, rows } = await copied(file, fields, size);
    expect([rows, rejected.length]).toEqual([2, 2]);
  }
});

test.each(['"a {} b [] c"', '"\\"{"', '"{\\"id\\":3,\\"needed\\":\\"c\\"}"', '"{}', 'x "{}"', '"a", "{}"'])(
  'the text %s in place of a row is one row that is not taken',
  async (text) => {
    const file = Buffer.from(`${text}\n{"id":2,"needed":"b"}`);
    for (const size of [1, 9, 1000]) {
      const { rejected, rows } = await copied(file, fields, size);
      expect([rows, rejected.length]).toEqual([1, 1]);
    }
  },
);

test('nesting may be of any depth, in a field that no column wants and in a text', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const text = `${'[{"a":'.repeat(600)}1${'}]'.repeat(600)}`;
  const columns = [field('id', 'integer'), field('text', 'varchar(65535)')];
  const file = Buffer.from(`{"id":1,"other":${deep}}{"id":2,"text":${text}}`);
  const { rows, rejected } = await copied(file, columns, 64 * 1024);
  expect([rows, rejected]).toEqual([2, []]);
});

describe('rows that are arrays', () => {
  const columns = [field('id', 'integer', false, [0]), field('name', 'varchar(9)', false, [1, 'n'])];

  test('are read by paths that begin with an index', async () => {
    const { text, rejected } = await copied(Buffer.from('[1,{"n":"a"}]\n[2]\n{"0":3}\n[\n4\n]'), columns);
    expect(text).toBe('1\ta\n2\t\\N\n4\t\\N\n');
    expect(rejected.map(({ problems: [problem] }) => `${problem?.at.line} ${problem?.message}`)).toEqual([
      '3 a row is a JSON array for these jsonpaths, this is an object',
    ]);
  });
});

describe('where the case of keys is ignored', () => {
  const columns = ['id', 'name'].map((name) => ({ ...field(name, 'varchar(9)'), ignoresCase: true }));

  test('the rows and the reasons are those of looking at each value', async () => {
    const key = fc.constantFrom('id', 'ID', 'Id', 'name', 'NAME', 'x', 'X', '\u0131d', '\u212a', '\\u0049d');
    const pair = fc.tuple(key, fc.constantFrom('1', '"a"', 'null', '{"id":1,"ID":2}', '"too long for it"'));
    const row = fc.array(pair, { maxLength: 5 }).map((pairs) => `{${pairs.map(([k, v]) => `"${k}":${v}`).join(',')}}`);
    await fc.assert(
      fc.asyncProperty(fc.array(row), async (rows) => {
        const bytes = Buffer.from(rows.join('\n'));
        expect(await copied(bytes, columns)).toEqual(await looked(bytes, columns));
      }),
    );
  });
});

test('a row that is not taken says where in its file it stands, however the file arrives', async () => {
  const bytes = Buffer.from('{"id":1,"needed":"ä"}\n\n  {"id":2,\n   "needed": null}\n{"id":3,"id":3,"needed":"x"}\n');
  for (const size of [1, 2, 3, 1000]) {
    const { rejected, rows } = await copied(bytes, fields, size);
    expect(rows).toBe(1);
    expect(
      rejected.map(({ problems: [problem] }) => `${problem?.at.line}:${problem?.at.column} ${problem?.message}`),
    ).toEqual([
      '4:14 field "needed": column "needed" (varchar(9)) must not be null, and this row has no value for it',
      '5:9 field "id": the key "id" occurs twice in one object',
    ]);
  }
});

test('whatever the bytes are, the rows and the reasons are those of looking at each value', async () => {
  const key = fc.constantFrom(...fields.map(({ column }) => column.name), 'other', 'more', 'é');
  const number = fc.oneof(
    fc.integer().map(String),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.constantFrom(
      '-0',
      '01',
      '1.',
      '.5',
      '1e400',
      '1E+2',
      '-1.5e-3',
      '12345678901234567890',
      '1.239',
      '123456.7',
      '+1',
      '--1',
      '1e',
    ),
  );
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }).map((value) => JSON.stringify(value)),
    fc.constantFrom(
      '""',
      '"2018-11-01"',
      '"2018-11-01 20:57:10.796"',
      '"12"',
      '"true"',
      '"\\u0000"',
      '"\\ud800"',
      '"\\u00e9"',
      '"a\tb"',
      '"\\x"',
      '"\\/"',
      '"open',
      '"1.5"',
      '" "',
      '"\\t \\u0020"',
      '"\\t"',
      '" x"',
      '"1541990217796"',
      '"much too long, and äöü in it"',
    ),
  );
  const nested = fc.constantFrom(
    '{}',
    '[ ]',
    '[1, 2]',
    '{"a": "}"}',
    '{"a": 1, "a": 2}',
    '{"b": 1, "b": 2, "a": "é"}',
    '{"a": {"a": [1.50]}, "x": [0, {"y": 1e2, "y": 2}]}',
    '{"x":[1,{"y":"]"}]}',
    '{"x":[1,"\\u0000"]}',
    '[1,]',
    '{"a":1,}',
    '[NaN]',
    '[1 2]',
    '{"a" 1}',
    '{1:2}',
    '[01]',
    '["\\ud800"]',
    '[tru]',
    '[',
    '[}',
  );
  const value = fc.oneof(
    { weight: 4, arbitrary: number },
    { weight: 4, arbitrary: text },
    { weight: 3, arbitrary: fc.constantFrom('null', 'true', 'false') },
    nested,
    fc.constantFrom('nul', 'True', ''),
  );
  const blank = fc.constantFrom('', '', '', ' ', '\n', '\t');
  const pair = fc
    .tuple(key, blank, value, blank)
    .map(([name, before, written, after]) => `${before}"${name}"${after}:${before}${written}`);
  const object = fc.oneof(
    {
      weight: 9,
      arbitrary: fc
        .tuple(fc.array(pair, { maxLength: 8 }), fc.boolean())
        .map(([pairs, whole]) => `{${[...(whole ? ['"needed":"n"'] : []), ...pairs].join(',')}}`),
    },
    fc.constantFrom('[1]', '7', '"text"', '{', '}', '{"a" 1}', '{,}', '{"id":1,}', 'x', 'null', '[{"id":1,', '\u000b'),
  );
  const file = fc
    .array(fc.tuple(object, fc.constantFrom('\n', '\n', '', ' ', '\r\n\n')), { maxLength: 6 })
    .map((parts) => parts.flat().join(''));
  const spoiled = fc.tuple(file, fc.nat(), fc.boolean(), fc.boolean()).map(([json, at, isSpoiled, isMarked]) => {
    const bytes = Buffer.from(`${isMarked ? '\ufeff' : ''}${json}`);
    if (isSpoiled && bytes.length > 0) bytes[at % bytes.length] = 0xc3;
    return bytes;
  });
  const options: fc.Arbitrary<CopyOptions | undefined> = fc.option(
    fc.record({
      timeFormat: fc.constantFrom(...timeFormats),
      truncateColumns: fc.boolean(),
      blanksAsNull: fc.boolean(),
      emptyAsNull: fc.boolean(),
    }),
    { nil: undefined },
  );
  await fc.assert(
    fc.asyncProperty(spoiled, fc.integer({ min: 1, max: 40 }), options, async (bytes, size, chosen) => {
      const read = chosen === undefined ? fields : fields.map((each) => ({ ...each, options: chosen }));
      const slow = await looked(bytes, read);
      const expected = { ...slow, text: values(slow.text) };
      const fast = await copied(bytes, read, size);
      expect({ ...fast, text: values(fast.text) }).toEqual(expected);
      const json = await copied(bytes, read, size + 1, jsonFormat);
      expect({ ...json, text: jsonValues(json.text) }).toEqual(expected);
    }),
    { numRuns: Number(process.env['FUZZ_RUNS'] ?? 3000), seed: 20181101 },
  );
});
