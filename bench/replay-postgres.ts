/**
 * The floor of a run on PostgreSQL: its statements from a bare script with 8 connections, those of a node one after
 * another, and those of no node in their turn. Prints the seconds it took.
 * node --import tsx bench/replay-postgres.ts <statements.json>
 */
import { readFileSync } from 'node:fs';
import pg from 'pg';

interface Statement {
  readonly sql: string;
  readonly node?: string;
}

const connections = 8;
const [file = ''] = process.argv.slice(2);
const statements = JSON.parse(readFileSync(file, 'utf8')) as Statement[];
const clients = Array.from({ length: connections }, () => new pg.Client());
await Promise.all(clients.map((client) => client.connect()));
const [first] = clients;
if (first === undefined) throw new Error('there is one connection at least');

const begin = performance.now();
for (let at = 0; at < statements.length;) {
  const isOfNode = statements[at]?.node !== undefined;
  let end = at;
  while (end < statements.length && (statements[end]?.node !== undefined) === isOfNode) end++;
  const stretch = statements.slice(at, end);
  if (isOfNode) await atOnce(stretch);
  else for (const { sql } of stretch) await first.query(sql);
  at = end;
}
console.log((performance.now() - begin) / 1000);
await Promise.all(clients.map((client) => client.end()));

/** The statements of many nodes, as many nodes at a time as there are connections; the first node is what the others read. */
async function atOnce(stretch: readonly Statement[]): Promise<void> {
  const nodes = new Map<string, string[]>();
  for (const { node = '', sql } of stretch) nodes.set(node, [...(nodes.get(node) ?? []), sql]);
  const queue = [...nodes.values()];
  const work = async (client: pg.Client, list: readonly string[]): Promise<void> => {
    for (const sql of list) await client.query(sql);
  };
  await work(first as pg.Client, queue.shift() ?? []);
  await Promise.all(
    clients.map(async (client) => {
      for (let list = queue.shift(); list !== undefined; list = queue.shift()) await work(client, list);
    }),
  );
}
