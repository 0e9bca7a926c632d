import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inject, onTestFinished } from 'vitest';
import type { RedshiftDataTarget, RedshiftTarget } from '../../runner/config/target.ts';
import type { PostgresAddress } from '../support/postgres-server.ts';
import { onServer } from '../support/postgres.ts';
import { awsSettings } from '../support/s3.ts';
import { openDataApi } from './data-api.ts';
import { ownSchema } from './translate-query.ts';
import { Warehouse } from './warehouse.ts';
import { openWire } from './wire.ts';

const shims = readFileSync(join(import.meta.dirname, 'shims.sql'), 'utf8');
/** Functions that Redshift has too, as they are made up for on PostgreSQL. */
const functions = readFileSync(join(import.meta.dirname, '../../macros/postgres/session.sql'), 'utf8');

/** A warehouse of its own, on the server that all tests share; gone when the test is over, or when `atEnd` says so. */
export function testWarehouse(atEnd: (work: () => Promise<void>) => void = onTestFinished): {
  warehouse: Warehouse;
  made: Promise<void>;
} {
  const { warehouse, made, drop } = makeWarehouse(inject('postgres'));
  atEnd(drop);
  return { warehouse, made };
}

/** A warehouse in a database of its own on this server. */
export function makeWarehouse(server: PostgresAddress): {
  warehouse: Warehouse;
  made: Promise<void>;
  drop: () => Promise<void>;
} {
  const database = `redshift_${randomBytes(6).toString('hex')}`;
  const warehouse = new Warehouse({ ...server, database });
  const drop = (): Promise<void> => onServer(server, `drop database if exists ${database} with (force)`);
  return { warehouse, made: make(warehouse, server), drop };
}

/** Text is sorted byte by byte, and all letters have their other case. */
async function make({ address }: Warehouse, server: PostgresAddress): Promise<void> {
  const { database } = address;
  await onServer(
    server,
    `create database ${database} template template0 locale_provider builtin builtin_locale 'C.UTF-8' strategy file_copy`,
  );
  await onServer(
    address,
    `create schema ${ownSchema}; set search_path = ${ownSchema}, pg_catalog, public;\n${shims}\n${functions}`,
  );
}

/** A target that reaches the warehouse by PostgreSQL's protocol, by a door of its own. */
export async function wireTarget(
  warehouse: Warehouse,
  atEnd: (work: () => Promise<void>) => void = onTestFinished,
): Promise<RedshiftTarget> {
  warehouse.logins.set('runner', { password: 'runner-secret' });
  const { host, port, close } = await openWire(warehouse);
  atEnd(close);
  const login = { user: 'runner', password: 'runner-secret', sslmode: 'disable' } as const;
  return { name: 'redshift', type: 'redshift', host, port, database: 'dev', ...login };
}

/** A target that reaches the warehouse by the Data API, by a door of its own that AWS's own settings name. */
export async function dataTarget(warehouse: Warehouse): Promise<RedshiftDataTarget> {
  const { endpoint, close } = await openDataApi(warehouse);
  onTestFinished(close);
  awsSettings({ AWS_ENDPOINT_URL_REDSHIFT_DATA: endpoint });
  return { name: 'redshift-data', type: 'redshift-data', workgroup: 'shop', database: 'dev', region: 'us-east-1' };
}
