/** A column as the engine has it, its type in the engine's own words. */
export interface EngineColumn {
  readonly name: string;
  readonly type: string;
  /** Set where two values cannot be compared but as text, such as those of `json` on PostgreSQL. */
  readonly comparedAsText?: true;
}

/** A column as the catalog of a warehouse has it, its type by the name that `Dialect.typeName` gives it. */
export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
}
