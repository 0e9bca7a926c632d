import type { Dialect } from '../adapters/dialect.ts';
import type { Relation } from '../core/relation.ts';

/** Names as the dialect quotes them, for whoever puts statements together. */
export class Quoted {
  protected readonly dialect: Dialect;

  constructor(dialect: Dialect) {
    this.dialect = dialect;
  }

  protected relation(relation: Relation): string {
    return this.dialect.relation(relation);
  }

  protected id(name: string): string {
    return this.dialect.identifier(name);
  }

  protected list(columns: readonly string[]): string {
    return columns.map((column) => this.id(column)).join(', ');
  }
}
