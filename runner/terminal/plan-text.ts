import { limitsOf } from '../adapters/limits.ts';
import type { MappedText } from '../core/mapped-text.ts';
import { concat } from '../core/mapped-text.ts';
import type { CompileContext } from '../materialize/compile.ts';
import type { LoadSource } from '../materialize/copy.ts';
import { copyStatement } from '../materialize/copy.ts';
import { testQuery } from '../materialize/data-test.ts';
import type { NodePlan, Step } from '../materialize/plan.ts';
import { Statements } from '../materialize/statements.ts';
import { scanQuery, testScans } from '../materialize/test-scan.ts';
import { objectManifests } from '../run/load/object-manifests.ts';
import type { Preparation } from '../run/prepare.ts';
import { ofState, publishRoad } from '../run/road-limits.ts';
import { printable } from './printable.ts';
import type { Style } from './style.ts';
import { bytesText, counted } from './style.ts';

/** How many files of a load are named. */
const filesShown = 3;

/** What a run would do, as SQL that can be read from top to bottom. */
export function planText(preparation: Preparation, context: CompileContext, style: Style): string {
  const { plans, tests, skippedTests, building } = preparation;
  const built = [...plans.values()].map((plan) => nodeText(plan, preparation, context, style));
  const tested = tests.map((test) => block(`test ${test.name}`, [testQuery(test, context, building).text], style));
  const scanned = testScans(tests, context, building).map((scan) =>
    block(
      `${counted(scan.tests.length, 'test')} of ${scan.tested.name} in one scan: only those that it finds rows for run below`,
      [scanQuery(scan, context, building).text],
      style,
    ),
  );
  const skipped = skippedTests.map(({ test, missing }) =>
    style.dim(`-- test ${test.name} is skipped: it reads "${missing}", which is not published yet`),
  );
  const published = [...plans.values()].flatMap(({ names, publish: { drops, statements } }) => [
    ...(drops === undefined ? [] : [new Statements(context.dialect).makeWay(names, drops).text]),
    ...statements.map((statement) => statement.text),
  ]);
  const limits = limitsOf(context.target.type);
  const road = limits === undefined ? '' : `, ${publishRoad(published.length + ofState, limits)}`;
  const publish = block(
    `publish, in one transaction: ${counted(published.length, 'statement')} and the state${road}`,
    ['begin transaction', ...published, 'commit'],
    style,
  );
  return [...built, ...scanned, ...tested, ...skipped, publish].join('\n\n');
}

function nodeText(plan: NodePlan, preparation: Preparation, context: CompileContext, style: Style): string {
  const { node, publish, steps } = plan;
  const copy = preparation.copies.get(node.uniqueId);
  const load =
    copy === undefined
      ? ''
      : copy.files.length === 0
        ? ', no new files'
        : `, ${counted(copy.files.length, 'new file')}, ${bytesText(copy.bytes)}`;
  const title = `${node.name} · ${node.config.materialized}${load} · publish: ${publish.how}`;
  const looked = plan.look === undefined ? [] : ['-- the columns that the query gives are looked at first'];
  const notes = plan.notes.map((note) => `-- ${note}`);
  const statements = steps.flatMap((step) => stepStatements(step, plan, preparation, context));
  return block(title, [...notes, ...looked, ...statements], style);
}

function stepStatements(step: Step, plan: NodePlan, { copies }: Preparation, context: CompileContext): string[] {
  switch (step.kind) {
    case 'load':
      return loadStatement(plan, step, copies, context);
    case 'seed':
      return [`-- the rows of ${plan.node.path} are put into ${context.dialect.relation(step.into)}`];
    case 'difference':
      return [...(step.create === undefined ? [] : [step.create.text]), step.counts.text];
    default:
      return [step.statement.text];
  }
}

function loadStatement(
  { node }: NodePlan,
  step: Step & { kind: 'load' | 'seed' },
  copies: Preparation['copies'],
  context: CompileContext,
): string[] {
  const copy = copies.get(node.uniqueId);
  if (copy === undefined || node.resourceType !== 'model') return [];
  const { access, files, fields, jsonpaths } = copy;
  const statement = (source: LoadSource): MappedText =>
    copyStatement(node, context, step.into, context.dialect.load(fields), source);
  if (access !== undefined)
    return objectManifests(node.name, files, access).map(({ url, gzip, files: { length } }) => {
      const copied = statement({ paths: [url], jsonpaths, objects: { ...access, gzip } });
      return concat(`-- the manifest is written first, and lists ${counted(length, 'file')}\n`, copied).text;
    });
  const shown = files.slice(0, filesShown).map((file) => file.shown);
  const more = files.length > shown.length ? `, and ${counted(files.length - shown.length, 'more file')}` : '';
  const read = `-- the runner reads ${shown.join(', ')}${more}, and hands over their rows\n`;
  return [concat(read, statement({ paths: ['rows-0.tsv'], jsonpaths })).text];
}

function block(title: string, statements: readonly string[], style: Style): string {
  return [
    style.bold(`-- ${title}`),
    ...statements.map(printable).map((statement) => (/^--[^\n]*$/.test(statement) ? statement : `${statement};`)),
  ].join('\n\n');
}
