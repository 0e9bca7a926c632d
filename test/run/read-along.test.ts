import { expect, test } from 'vitest';
import { roads } from '../redshift/shop-warehouse.ts';
import { plainConfig, project } from '../support/project.ts';
import { readAlong, starFiles, starVars } from '../support/read-along.ts';

test.each(['postgres', ...roads] as const)(
  'on %s, whoever reads while changed data is published again and again sees no error, and never rows of two runs',
  async (engine) => {
    const shop = project({ ...starFiles, 'dwh.yaml': `${plainConfig}${starVars}` }, engine);
    await shop.publish({ vars: { version: 0 } });
    if (shop.database === undefined) throw new Error('this shop has no server');
    let published = 0;
    const done = new AbortController();
    const reading = readAlong(shop.database, 300, () => published >= 5).finally(() => done.abort());
    while (!done.signal.aborted) await shop.publish({ vars: { version: ++published } });
    const seen = await reading;
    expect(seen.wrong).toEqual([]);
    expect(seen.versions).toBeGreaterThanOrEqual(3);
  },
  60_000,
);
