import { expect, test } from 'vitest';
import { glob, pathGlob } from '../../runner/select/glob.ts';

test.each([
  ['songs', 'songs', true],
  ['songs', 'song', false],
  ['*', '', true],
  ['*', 'a/b.c', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-b-b', false],
  ['?', '🎵', true],
  ['?', '', false],
  ['[abc]x', 'bx', true],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[!a-c]x', 'dx', true],
  ['[!a]', '', false],
  ['[]]', ']', true],
  ['[!]]', ']', false],
  ['[a-]', '-', true],
  ['[-a]', '-', true],
  ['[z-a]', 'm', false],
  ['[^a]', '^', true],
  ['[', '[', true],
  ['[abc', '[abc', true],
  ['[abc', 'a', false],
  ['[]', '[]', true],
  ['[!]', '[!]', true],
  ['{a,b}', '{a,b}', true],
  ['+(a)', 'aa', false],
  ['A*', 'ab', false],
])('the pattern %j and the text %j: %j', (pattern, text, matches) => {
  expect(glob(pattern)(text)).toBe(matches);
});

test.each([
  ['models/*', 'models/a.sql', true],
  ['models/*', 'models/marts/a.sql', false],
  ['models/**', 'models/marts/a.sql', true],
  ['models/**/a.sql', 'models/a.sql', true],
  ['models/**/a.sql', 'models/marts/daily/a.sql', true],
  ['**/daily/*', 'models/marts/daily/a.sql', true],
  ['**/weekly/*', 'models/marts/daily/a.sql', false],
  ['models/?/a.sql', 'models///a.sql', false],
])('the pattern %j and the path %j: %j', (pattern, path, matches) => {
  expect(pathGlob(pattern)(path)).toBe(matches);
});
