import { FaultError } from '../../core/fault.ts';
import { copyStatement } from '../../materialize/copy.ts';
import type { CompileContext } from '../../materialize/compile.ts';
import { Statements } from '../../materialize/statements.ts';
import type { Model } from '../../project/manifest.ts';
import type { Executor } from '../executor.ts';
import { copyFields } from './copy-fields.ts';
import type { AccessOptions, ObjectAccess } from './object-access.ts';
import { objectAccess } from './object-access.ts';
import { manifestText, objectManifests } from './object-manifests.ts';
import { atSetting } from './object-trouble.ts';
import type { OpenSource } from './open-source.ts';
import { jsonArgument, openSource } from './open-source.ts';
import type { RawFile } from '../../storage/storage.ts';

/** One raw file of a copy model, and how a warehouse comes to it. */
export interface Trial {
  readonly model: Model;
  readonly source: OpenSource;
  readonly access: ObjectAccess;
  readonly file: RawFile;
  readonly files: number;
}

/** Looks for the raw files of a copy model, with the credentials of this machine. Throws a FaultError. */
export async function trialOf(model: Model, context: CompileContext, options: AccessOptions): Promise<Trial> {
  const { projectDir, signal } = options;
  const source = await openSource(model, context, projectDir, signal);
  const access = await objectAccess(source, options);
  const files = await source.storage.list(source.path);
  const [file] = files;
  if (file !== undefined) return { model, source, access, file, files: files.length };
  throw new FaultError({
    code: 'source-empty',
    message: `there are no raw files in ${source.storage.shown(source.path)}`,
    at: source.places.root,
  });
}

/** Writes to the stage what a run writes there, and removes it. Throws a FaultError. */
export async function tryStage({ model, access, file }: Trial): Promise<void> {
  for (const { path, files } of objectManifests(model.name, [file], access)) {
    await access.stage.put(path, manifestText(files));
    await access.stage.remove(path);
  }
}

/**
 * Has the warehouse read the file as a run would have it, and load nothing: into a table of the session, by a COPY with
 * NOLOAD. Throws a FaultError, at the setting to mend if it is one.
 */
export async function tryCopy(trial: Trial, context: CompileContext, executor: Executor): Promise<void> {
  const { model, source, access, file } = trial;
  const { iamRole, region, places, stage } = access;
  const into = { schema: '', identifier: `${model.name}__trial` };
  const fields = await copyFields(model, source);
  const sql = new Statements(context.dialect);
  for (const { path, url, gzip, files } of objectManifests(model.name, [file], access)) {
    const copy = copyStatement(model, context, into, context.dialect.load(fields), {
      paths: [url],
      jsonpaths: jsonArgument(source),
      objects: { iamRole, region, gzip, noLoad: true },
    });
    await stage.put(path, manifestText(files));
    try {
      await executor.transaction([sql.createTemporary(into, model.contract ?? []), copy, sql.drop(into, 'table')]);
    } catch (error) {
      throw error instanceof FaultError ? atSetting(error, places) : error;
    } finally {
      await stage.remove(path);
    }
  }
}
