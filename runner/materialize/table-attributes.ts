import { distStyles, sortStyle } from '../core/node.ts';
import type { ModelConfig } from '../project/manifest.ts';
import { render } from '../template/render.ts';
import type { NamedArgument } from '../template/syntax.ts';
import type { CompileContext } from './compile.ts';

/** The macro that turns the physical design of a model into what stands behind the columns of its `create table`. */
const macroName = 'table_attributes';

/** How the rows of a table are laid out. */
export type PhysicalDesign = Pick<ModelConfig, 'dist' | 'sort' | 'sortType'>;

/** The layout of a table of which nothing is said. */
export const noDesign: PhysicalDesign = { dist: undefined, sort: [], sortType: undefined };

/** What `dist`, `sort` and `sort_type` of a model become on the dialect at hand; nothing where it has no such macro. */
export function tableAttributes(
  { dist = '', sort, sortType }: PhysicalDesign,
  context: Pick<CompileContext, 'dialect' | 'macros' | 'target'>,
): string {
  if (context.macros(macroName) === undefined) return '';
  const isDistStyle = dist === '' || distStyles.includes(dist);
  const isSortStyle = sort.includes(sortStyle);
  const values = {
    dist_style: isDistStyle ? dist : '',
    dist_key: isDistStyle ? '' : context.dialect.identifier(dist),
    sort_style: isSortStyle ? sortStyle : '',
    sort_keys: isSortStyle ? '' : sort.map((column) => context.dialect.identifier(column)).join(', '),
    sort_type: sortType ?? '',
  };
  const args = Object.entries(values).map(([name, value]): NamedArgument => ({
    name,
    at: 0,
    value: { kind: 'literal', at: 0, value },
  }));
  const template = {
    path: `macros/${macroName}.hbs`,
    text: '',
    parts: [{ kind: 'macro', at: 0, name: macroName, args } as const],
  };
  const names = { 'target.name': context.target.name, 'target.type': context.target.type };
  return render(template, { names, helpers: {}, macros: context.macros }).text.trim();
}
