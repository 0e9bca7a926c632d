import { describe, expect, test } from 'vitest';
import { compileNodes } from '../../runner/commands/compile.ts';
import { validate } from '../../runner/commands/validate.ts';
import { faultsOf, plainConfig, project } from '../support/project.ts';

/** Words that every object of JavaScript has a value for. */
const words = ['constructor', 'toString', 'hasOwnProperty', '__proto__'];

describe.each(words)('the name "%s"', (word) => {
  test('is no variable of the environment, no var, no source and no macro that nothing defines', async () => {
    const shop = project({
      'models/a.sql': `select {{var "${word}"}}, {{> ${word} x="1"}}, {{${word} "x"}}, {{${word}}} as id`,
      'models/b.sql': `{{config materialized="copy"}}{{> copy_json from=(source "${word}" "orders")}}`,
      'models/c.sql': `{{config materialized="copy"}}{{> copy_json from=(source "raw" "${word}")}}`,
      'models/_m.yml': [...'bc']
        .map((name) => `  - { name: ${name}, columns: [{ name: id, type: integer }] }`)
        .join('\n')
        .replace(/^/, 'models:\n'),
    });
    expect((await faultsOf(validate(shop.options()))).map(({ code }) => code).toSorted()).toEqual([
      'helper-unknown',
      'macro-unknown',
      'name-unknown',
      'source-unknown',
      'source-unknown',
      'var-unknown',
    ]);
  });

  test('is a variable of the environment like any other', async () => {
    const unset = { 'models/a.sql': `select '{{env "${word}"}}' as id` };
    expect(await faultsOf(compileNodes(project(unset).options()))).toMatchObject([{ code: 'env-missing' }]);
    const inConfig = { 'dwh.yaml': plainConfig.replace('shop.duckdb', `'\${${word}}.duckdb'`) };
    expect(
      await faultsOf(compileNodes(project({ 'models/a.sql': 'select 1 as id', ...inConfig }).options())),
    ).toMatchObject([{ code: 'env-missing' }]);
  });

  test('is a var and a parameter of a macro like any other', async () => {
    const shop = project({
      'macros/add.hbs': `{{params "a" ${word}=5}}{{a}} + {{${word}}}`,
      'macros/need.hbs': `{{params "${word}"}}{{${word}}}`,
      'models/a.sql': `select {{> add a="1"}} + {{> add a="2" ${word}="3"}} + {{> need ${word}="4"}} + {{var "${word}"}} as id`,
    });
    const vars = Object.fromEntries([[word, 6]]);
    expect((await compileNodes(shop.options({ vars }))).map(({ sql }) => sql)).toEqual([
      'select 1 + 5 + 2 + 3 + 4 + 6 as id',
    ]);
  });

  test('is no setting of a model, of a properties file or of dwh.yaml', async () => {
    const shop = project({
      'models/a.sql': `{{config ${word}="x"}}select 1 as id`,
      'models/_a.yml': `models:\n  - name: a\n    ${word}: { ${word}: x }\n`,
      'dwh.yaml': `${plainConfig}${word}: 1\n`,
    });
    const faults = await faultsOf(validate(shop.options()));
    expect(await shop.places(faults)).toEqual([
      'dwh.yaml:14:1 config-unknown-key',
      'models/_a.yml:3:5 config-unknown-key',
    ]);
    shop.write({ 'dwh.yaml': plainConfig });
    shop.remove('models/_a.yml');
    expect(await shop.places(await faultsOf(validate(shop.options())))).toEqual([
      'models/a.sql:1:10 config-unknown-key',
    ]);
  });

  test('is not taken for text where a mapping has it as its key', async () => {
    const shop = project({ 'dwh.yaml': plainConfig.replace('target: local', `target: { ${word}: 1 }`) });
    const [fault] = await faultsOf(validate(shop.options()));
    expect(['config-invalid', 'config-unknown-key']).toContain(fault?.code);
  });

  test('is a model and a column of a seed like any other', async () => {
    if (!/^[a-z_]+$/.test(word)) return;
    const shop = project({
      'seeds/codes.csv': `${word},b\n1,2\n`,
      'seeds/_s.yml': `seeds:\n  - name: codes\n    columns:\n      - { name: b, type: integer }\n      - { name: ${word}, type: integer, tests: [unique, not_null] }\n`,
      [`models/${word}.sql`]: `select ${word} as one, b from {{ref "codes"}}`,
      [`models/${word}_raw.sql`]: '{{config materialized="copy"}}{{> copy_json from=(source "raw" "orders")}}',
      'models/_m.yml': `models:\n  - name: ${word}_raw\n    columns:\n      - { name: ${word}, type: integer }\n`,
      'raw/orders/a.json': `{"${word}": 7}`,
    });
    await shop.publish();
    expect(await shop.rows(`select one, b from shop.${word}`)).toEqual([[1, 2]]);
    expect(await shop.rows(`select ${word} from shop.${word}_raw`)).toEqual([[7]]);
  });
});
