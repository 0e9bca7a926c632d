import type { Report } from '../../core/run-event.ts';
import { CopyText } from '../../json/copy-text.ts';
import { copyStatement } from '../../materialize/copy.ts';
import { inOrder } from '../../storage/in-order.ts';
import type { Executor } from '../executor.ts';
import type { CopyInput, CopyOutcome } from './copy-input.ts';
import { LoadedFiles } from './loaded-files.ts';
import { Rejects } from './rejects.ts';

/**
 * Streams the rows of files into the table of a run, by one statement for all of them: they are read as fast as the
 * server takes them, and no faster. Throws a FaultError when more rows do not fit than the model allows.
 */
export async function streamCopy(
  input: CopyInput,
  executor: Executor,
  report: Report,
  signal: AbortSignal,
): Promise<CopyOutcome> {
  const { model, context, storage, files, fields, into, jsonpaths, repeats } = input;
  const rejects = new Rejects(model);
  const loaded = new LoadedFiles(input, report);
  const copy = new CopyText(fields);
  async function* lines(): AsyncGenerator<Uint8Array> {
    for await (const { file, bytes, hash } of inOrder(storage, files, repeats.isRepeat)) {
      signal.throwIfAborted();
      yield* copy.file(bytes, file.shown, (row) => rejects.add(file, row));
      await loaded.add([file], new Map([[file.path, await hash()]]));
    }
    rejects.check();
    yield copy.end();
  }
  const statement = copyStatement(model, context, into, context.dialect.load(fields), { paths: [], jsonpaths });
  const rows = await executor.copy(statement, lines());
  return { rows, hasAnyField: copy.hasAnyField, loaded: loaded.all, rejected: rejects.all };
}
