import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { roads } from '../redshift/shop-warehouse.ts';
import { changesIn } from '../support/project.ts';
import { checksums, fromDisk, plainly } from './compare.ts';
import { folders, root, sample } from './sparkify.ts';

describe.each(roads)('on %s', (road) => {
  test.each(folders)('the raw files in %s give the same rows as on DuckDB', async (from) => {
    expect(await checksums(await fromDisk(road, from))).toEqual(await checksums(await fromDisk('duckdb', from)));
  });

  test('every analysis answers as on DuckDB, and a query names tables without their schema', async () => {
    const [here, there] = [await fromDisk(road, sample), await fromDisk('duckdb', sample)];
    expect(await here.rows('select * from songs limit 5')).toHaveLength(5);
    for (const file of readdirSync(join(root, 'analyses')).filter((name) => name.endsWith('.sql'))) {
      const analysis = file.replace('.sql', '');
      expect((await here.rows(analysis)).map(plainly), analysis).toEqual((await there.rows(analysis)).map(plainly));
    }
  });

  test('a second run has nothing to do', async () => {
    const own = await fromDisk(road, sample);
    const changes = Object.values(changesIn(await own.publish()));
    expect(changes.filter((how) => !how.startsWith('nothing') && !how.endsWith('+0 ~0 -0'))).toEqual([]);
  });
});
