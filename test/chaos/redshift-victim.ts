import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startFauxqs } from 'fauxqs';
import { openDataApi } from '../redshift/data-api.ts';
import { makeWarehouse } from '../redshift/make-warehouse.ts';
import { openWire } from '../redshift/wire.ts';
import type { PostgresAddress } from '../support/postgres-server.ts';
import { TestBucket } from '../support/s3.ts';

/** A warehouse of Redshift for a campaign: how a run reaches it, and where its tables can be looked at. */
export interface RedshiftVictim {
  readonly env: Readonly<Record<string, string>>;
  readonly address: PostgresAddress;
  /** Puts raw files where the warehouse reads them. */
  readonly upload: (folder: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const role = 'arn:aws:iam::123456789012:role/reads-raw';

/** Makes one on this server, with an S3 of its own, and opens both doors. */
export async function redshiftVictim(server: PostgresAddress): Promise<RedshiftVictim> {
  const { warehouse, made } = makeWarehouse(server);
  await made;
  const s3 = await startFauxqs({ port: 0, logger: false });
  for (const bucket of ['raw-data', 'stage']) s3.createBucket(bucket);
  warehouse.s3Endpoint = s3.address;
  warehouse.roles.set(role, { attached: true, buckets: ['raw-data', 'stage'] });
  warehouse.logins.set('runner', { password: 'runner-secret' });
  const [wire, api] = [await openWire(warehouse), await openDataApi(warehouse)];
  const env = {
    AWS_ACCESS_KEY_ID: 'chaos',
    AWS_SECRET_ACCESS_KEY: 'chaos',
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL_S3: s3.address,
    AWS_ENDPOINT_URL_REDSHIFT_DATA: api.endpoint,
    SPARKIFY_RAW: 's3://raw-data',
    SPARKIFY_REGION: 'us-east-1',
    REDSHIFT_HOST: wire.host,
    REDSHIFT_PORT: String(wire.port),
    REDSHIFT_WORKGROUP: 'chaos',
    REDSHIFT_ROLE: role,
    REDSHIFT_STAGE: 's3://stage/lists',
    SHOP_PASSWORD: 'runner-secret',
    PGSSLMODE: 'disable',
  };
  const bucket = new TestBucket(s3.address, 'raw-data');
  return {
    env,
    address: warehouse.address,
    upload: async (folder) => {
      // The S3 client reads its settings from the environment of the process.
      Object.assign(process.env, env);
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name));
      for (const file of files.filter((name) => statSync(name).isFile()))
        await bucket.put({ [relative(folder, file)]: readFileSync(file) });
    },
    close: async () => {
      await Promise.all([wire.close(), api.close()]);
      await s3.stop();
    },
  };
}
