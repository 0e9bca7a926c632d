import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../core/fault.ts';
import { FaultError, throwFaults } from '../core/fault.ts';
import { isMissing } from '../files/refusal.ts';
import { readText } from '../files/text-file.ts';
import type { ProjectConfig } from './schema.ts';
import { dwhYaml, projectSchema } from './schema.ts';
import { schemaFaults } from './schema-faults.ts';
import { clusterFaults } from './cluster.ts';
import { parseYaml } from './yaml.ts';

/** Reads and checks dwh.yaml in `projectDir`. Throws a FaultError with all faults of the file. */
export async function readProjectConfig(projectDir: string): Promise<ProjectConfig> {
  return parseProjectConfig(await readDwhYaml(projectDir));
}

/** Checks the text of a dwh.yaml. Throws a FaultError with all its faults. */
function parseProjectConfig(text: string): ProjectConfig {
  const data = parseYaml(dwhYaml, text);
  const parsed = projectSchema.safeParse(data);
  if (!parsed.success) throw new FaultError(schemaFaults(projectSchema, data, parsed.error.issues, dwhYaml));
  const { name, target, targets, sources = {}, vars = {}, folders = {}, cluster } = parsed.data;
  const config = { name, defaultTarget: target, targets, sources, vars, folders, cluster };
  throwFaults([...defaultTargetFaults(target, Object.keys(targets)), ...clusterFaults(config)]);
  return config;
}

/** The text of the dwh.yaml in `projectDir`. Throws a FaultError when there is none, or it cannot be read. */
export async function readDwhYaml(projectDir: string): Promise<string> {
  try {
    return readText(join(projectDir, dwhYaml), dwhYaml);
  } catch (error) {
    if (!isMissing(error)) throw error;
    throw new FaultError(
      {
        code: 'project-not-found',
        message: `there is no ${dwhYaml} in ${projectDir}`,
        hint: misnamed(projectDir) ?? 'run this in the folder of a project, or name it with --project-dir',
      },
      { cause: error },
    );
  }
}

/** What to do where the file has almost the right name, or is in the folder above. */
function misnamed(projectDir: string): string | undefined {
  const other = ['dwh.yml', 'DWH.yaml', 'DWH.yml'].find((name) => existsSync(join(projectDir, name)));
  if (other !== undefined) return `rename ${other} to ${dwhYaml}`;
  const above = [1, 2, 3].map((levels) => join(projectDir, ...Array<string>(levels).fill('..')));
  const project = above.find((folder) => existsSync(join(folder, dwhYaml)));
  return project === undefined ? undefined : `there is one in ${project}: go there, or write --project-dir ${project}`;
}

function defaultTargetFaults(target: string, known: readonly string[]): Fault[] {
  if (known.includes(target)) return [];
  return [
    {
      code: 'target-unknown',
      message: `the default target "${target}" is not one of the targets`,
      at: { path: dwhYaml, keys: ['target'], point: 'value' },
      hint: `known here: ${known.join(', ')}`,
    },
  ];
}
