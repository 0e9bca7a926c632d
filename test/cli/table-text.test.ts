import { describe, expect, test } from 'vitest';
import { plainTable, rowsText } from '../../runner/terminal/table-text.ts';

const named = (...names: string[]): { name: string; type: string }[] => names.map((name) => ({ name, type: 'text' }));

describe('the rows of a query as a table', () => {
  test('have lines around them, and columns of numbers set to the right', () => {
    const rows = [
      ['Radiohead', 7, true],
      [null, 1234n, null],
    ];
    expect(rowsText({ columns: named('artist', 'plays', 'paid'), rows }, 'table')).toBe(
      `
┌───────────┬───────┬──────┐
│ artist    │ plays │ paid │
├───────────┼───────┼──────┤
│ Radiohead │     7 │ true │
│ null      │  1234 │ null │
└───────────┴───────┴──────┘
2 rows`.trim(),
    );
  });

  test('keep their columns below each other with wide letters, joined letters and several lines', () => {
    const rows = [
      ['東京', 'a\nbc'],
      ['Beyonce\u0301', 'd'],
      ['👍', ''],
    ];
    expect(rowsText({ columns: named('wide', 'two\nlines'), rows }, 'table')).toBe(
      `
┌─────────┬───────┐
│ wide    │ two   │
│         │ lines │
├─────────┼───────┤
│ 東京    │ a     │
│         │ bc    │
│ Beyonce\u0301 │ d     │
│ 👍      │       │
└─────────┴───────┘
3 rows`.trim(),
    );
  });

  test('are the head alone when there are none', () => {
    expect(rowsText({ columns: named('a'), rows: [] }, 'table')).toBe('┌───┐\n│ a │\n└───┘\n0 rows');
  });
});

describe('a table without lines', () => {
  test('leaves out what blanks there would be at the end of a line, and takes colours for no width', () => {
    expect(plainTable([['\u001b[2mname\u001b[22m', 'rows', ''], ['a', '12', 'x'], ['longer']], [1])).toBe(
      '\u001b[2mname\u001b[22m    rows\na         12  x\nlonger',
    );
  });

  test('of no rows is empty', () => {
    expect(plainTable([])).toBe('');
  });
});
