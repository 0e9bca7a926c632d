import { expect, test } from 'vitest';
import { copied } from '../../runner/core/mapped-text.ts';
import { statementsOf } from '../../runner/core/sql-script.ts';
import { engines, faultsOf, project } from '../support/project.ts';

test.each(engines)('an error in a session script is located at its statement on %s', async (engine) => {
  const script = `-- first; not a statement\nselect ';';\n\n  create schema a_b;\n/* ; */ create schema a_b;\nselect 1;\n`;
  const path = `macros/${engine}/session.sql`;
  const shop = project({ 'models/a.sql': 'select 1 as id', [path]: script }, engine);
  expect(await shop.places(await faultsOf(shop.run()))).toEqual([`${path}:5:9 database-error`]);
});

test('the body of a function is a part of its statement', () => {
  const body = 'create function f() returns int begin atomic select case when true then 1; end; select 2; end';
  const text = `select $a$;$a$, e'\\';', "x;";\n${body.replace('1;', '1')};\n-- end;\n`;
  expect(statementsOf(copied({ path: 'x', text }), false).map((statement) => statement.text)).toEqual([
    `select $a$;$a$, e'\\';', "x;"`,
    body.replace('1;', '1'),
  ]);
});
