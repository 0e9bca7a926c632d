import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Report } from '../../core/run-event.ts';
import { refusal } from '../../files/refusal.ts';
import { jsonFormat } from '../../json/copy-line.ts';
import { CopyText } from '../../json/copy-text.ts';
import { copyStatement } from '../../materialize/copy.ts';
import { inOrder } from '../../storage/in-order.ts';
import type { Executor } from '../executor.ts';
import type { CopyInput, CopyOutcome } from './copy-input.ts';
import { LoadedFiles } from './loaded-files.ts';
import { Rejects } from './rejects.ts';
import { RowFiles } from './row-files.ts';

/**
 * Reads raw files, and has the engine load their rows from files of a simpler form, into the table of a run. While the
 * engine loads one of these the next is written. Throws a FaultError when more rows do not fit than the model allows.
 */
export async function readCopy(
  input: CopyInput,
  executor: Executor,
  report: Report,
  signal: AbortSignal,
): Promise<CopyOutcome> {
  const { model, context, storage, files, fields, into, jsonpaths, repeats, spoolFolder } = input;
  const rejects = new Rejects(model);
  const loaded = new LoadedFiles(input, report);
  const copy = new CopyText(fields, jsonFormat);
  const load = context.dialect.load(fields);
  await mkdir(spoolFolder, { recursive: true }).catch((error: unknown) => {
    throw refusal('write', spoolFolder, error);
  });
  const rowFiles = new RowFiles(
    (i) => join(spoolFolder, `rows-${i}.tsv`),
    (path) => {
      const source = { paths: [path], jsonpaths, lineBytes: copy.longestLine };
      return executor.load(copyStatement(model, context, into, load, source));
    },
  );
  try {
    for await (const { file, bytes, hash } of inOrder(storage, files, repeats.isRepeat)) {
      signal.throwIfAborted();
      for await (const lines of copy.file(bytes, file.shown, (row) => rejects.add(file, row)))
        await rowFiles.add(lines, copy.rows);
      await loaded.add([file], new Map([[file.path, await hash()]]));
    }
    rejects.check();
    await rowFiles.add(copy.end(), copy.rows);
    const rows = await rowFiles.end();
    return { rows, hasAnyField: copy.hasAnyField, loaded: loaded.all, rejected: rejects.all };
  } finally {
    await rowFiles.close();
    await rm(spoolFolder, { recursive: true, force: true });
  }
}
