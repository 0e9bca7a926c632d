import { startPostgres } from './postgres-server.ts';
const { address, stop } = await startPostgres([]);
console.log(
  `export PGHOST=${address.host} PGPORT=${address.port} PGUSER=${address.user} PGPASSWORD=${address.password} PGDATABASE=postgres PGSSLMODE=disable`,
);
process.stdin.resume();
process.on('SIGTERM', () => void stop().then(() => process.exit()));
