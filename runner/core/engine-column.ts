/**
 * How values of a type are compared where `=` alone does not tell them apart: `text`, where the engine has no `=` for them, such
 * as those of `json` on PostgreSQL; `value and text`, where equal values can be written differently, such as 1.0 and 1.00 of a
 * numeric; `value and zero`, of floating-point numbers: of these only 0 and -0 are equal and not the same.
 */
export const comparisons = ['text', 'value and text', 'value and zero'] as const;
export type Comparison = (typeof comparisons)[number];

/** A column as the engine has it, its type in the engine's own words. */
export interface EngineColumn {
  readonly name: string;
  readonly type: string;
  /** Left out where equal values are the same. */
  readonly comparison?: Comparison;
}

/** A column as the catalog of a warehouse has it, its type by the name that `Dialect.typeName` gives it. */
export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
}
