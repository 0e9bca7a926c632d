import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { FaultError } from '../core/fault.ts';
import type { Answers } from '../sample/answers.ts';
import type { Progress, SampleSize } from '../sample/make-sample.ts';
import { makeSample } from '../sample/make-sample.ts';

/**
 * Makes sample data in a folder. Throws a FaultError when there are raw files in it already: they would be mixed. A signal
 * ends it.
 */
export function generate(folder: string, size: SampleSize, progress: Progress, signal?: AbortSignal): Promise<Answers> {
  const taken = ['log_data', 'song_data'].find(
    (name) => existsSync(join(folder, name)) && readdirSync(join(folder, name)).length > 0,
  );
  if (taken !== undefined) {
    throw new FaultError({
      code: 'usage',
      message: `there are files in ${join(folder, taken)} already`,
      hint: 'name an empty folder with --out, or remove them first',
    });
  }
  return makeSample(folder, size, progress, signal);
}
