import { secretVariables } from '../config/secrets.ts';
import type { Fault } from '../core/fault.ts';
import { locationAt } from '../core/location.ts';
import type { Manifest } from '../project/manifest.ts';
import { queryOf } from '../project/manifest.ts';

/** Templates that read a variable with a secret: its value would stand in compiled SQL, artifacts, logs and tables. */
export function checkSecrets(manifest: Manifest): Fault[] {
  const secrets = secretVariables(manifest.config.targets);
  return [...manifest.nodes.values()].flatMap((node) => {
    const query = queryOf(node);
    if (query === undefined) return [];
    return query.facts.envs
      .filter(({ name }) => secrets.has(name))
      .map(({ name, at }) => ({
        code: 'env-secret',
        message: `the environment variable ${name} holds a secret, which would be written into SQL and artifacts`,
        at: locationAt(query.template, at, name.length + 2),
        hint: 'read another variable: secrets are for the settings of targets in dwh.yaml',
      }));
  });
}
