import pg from 'pg';
import type { PostgresAddress } from './postgres-server.ts';
import type { Files } from './project.ts';

/**
 * A star whose every row says which run wrote it. Each run changes all of it: the fact by its key, one dimension by its
 * key, another one as a whole, and a view over them stays as it is.
 */
export const starFiles: Files = {
  'models/digits.sql': `{{config materialized="ephemeral"}}\n${Array.from({ length: 10 }, (_, n) => `select ${n} as n`).join('\nunion all ')}\n`,
  'models/numbers.sql': `{{config materialized="ephemeral"}}
select ones.n + 10 * tens.n + 100 * hundreds.n + 1000 * thousands.n as id
from {{ref "digits"}} as ones
cross join {{ref "digits"}} as tens
cross join {{ref "digits"}} as hundreds
inner join {{ref "digits"}} as thousands
    on thousands.n < 2
`,
  'models/fact.sql':
    '{{config materialized="incremental" unique_key="id"}}\nselect id, id % 10 as a, id % 7 as b, {{var "version"}} as version from {{ref "numbers"}}\n',
  'models/dim_a.sql':
    '{{config unique_key="a"}}\nselect id as a, {{var "version"}} as version from {{ref "numbers"}} where id < 10\n',
  'models/dim_b.sql': 'select id as b, {{var "version"}} as version from {{ref "numbers"}} where id < 7\n',
  'models/star.sql':
    '{{config materialized="view"}}\nselect fact.id, fact.version as f, dim_a.version as a, dim_b.version as b from {{ref "fact"}} as fact\ninner join {{ref "dim_a"}} as dim_a on fact.a = dim_a.a\ninner join {{ref "dim_b"}} as dim_b on fact.b = dim_b.b\n',
};

export const starVars = 'vars: { version: 0 }\n';

/** Joins fact and dimensions, by the tables themselves and by the view: rows, and the least and greatest run of each. */
const joins = [
  `select count(*), min(fact.version), max(fact.version), min(dim_a.version), max(dim_a.version), min(dim_b.version), max(dim_b.version)
from shop.fact inner join shop.dim_a on fact.a = dim_a.a inner join shop.dim_b on fact.b = dim_b.b`,
  'select count(*), min(f), max(f), min(a), max(a), min(b), max(b) from shop.star',
];

const readersAtOnce = 3;

/** What readers saw. */
export interface Seen {
  readonly reads: number;
  /** How many states of the star they saw. */
  readonly versions: number;
  /** Reads that failed, or gave rows of two runs. */
  readonly wrong: readonly string[];
}

/**
 * Reads the star so many times, and until `isEnough`, with a few readers at once. They ask as anyone does: with no lock and
 * no transaction.
 */
export async function readAlong(
  address: PostgresAddress,
  atLeast: number,
  isEnough: () => boolean = () => true,
): Promise<Seen> {
  const versions = new Set<string>();
  const wrong: string[] = [];
  let reads = 0;
  const reader = async (): Promise<void> => {
    const client = new pg.Client({ ...address });
    await client.connect();
    try {
      for (; (reads < atLeast || !isEnough()) && wrong.length < 10; reads++) {
        const join = joins[reads % joins.length] ?? '';
        const [row = []] = await client.query<string[]>({ text: join, rowMode: 'array' }).then(
          (result) => result.rows,
          (error: unknown) => [[String(error)]],
        );
        const [count, ...found] = row.map(String);
        if (count !== '2000' || new Set(found).size !== 1) wrong.push(row.join(' '));
        versions.add(found[0] ?? '');
      }
    } finally {
      await client.end();
    }
  };
  await Promise.all(Array.from({ length: readersAtOnce }, reader));
  return { reads, versions: versions.size, wrong };
}
