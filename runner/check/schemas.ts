import type { Fault } from '../core/fault.ts';
import type { Place } from '../core/location.ts';
import { fileStart } from '../core/location.ts';
import { dwhYaml } from '../config/schema.ts';
import { folderOfSchema } from '../project/model-config.ts';
import type { Buildable, Manifest } from '../project/manifest.ts';
import { isBuildable } from '../project/manifest.ts';
import { settingPlace } from './setting-place.ts';

/**
 * The schemas of the engines themselves. PostgreSQL keeps all names that begin with `pg_`, and so does Redshift; `temp` and
 * `system` are databases of DuckDB, which a name with one dot leads to.
 */
const systemSchema = /^(?:pg_.*|information_schema|catalog_history|temp|system)$/;

/** Models and seeds in a schema that is not theirs: that of the project's own state, or one of an engine. */
export function checkSchemas(manifest: Manifest): Fault[] {
  const { config } = manifest;
  // The state has the prefix of a target as the models do, so that both or neither are compared with it.
  const metaSchema = `${config.name}_meta`;
  const prefixes = Object.entries(config.targets).flatMap(([target, { schema_prefix: prefix = '' }]) =>
    systemSchema.test(`${prefix}x`) ? [prefixFault(target, prefix)] : [],
  );
  const nodes = [...manifest.nodes.values()].filter(isBuildable).flatMap((node): Fault[] => {
    const { schema } = node.config;
    const isState = schema === metaSchema;
    if (node.config.materialized === 'ephemeral' || !(isState || systemSchema.test(schema))) return [];
    const whose = isState ? 'holds the state of the project' : 'belongs to the engine';
    return [
      {
        code: 'config-invalid',
        message: `"${node.name}" cannot be published in the schema "${schema}", which ${whose}`,
        at: schemaPlace(node, manifest),
        hint: 'choose another schema, such as "analytics"',
      },
    ];
  });
  return [...prefixes, ...nodes];
}

function prefixFault(target: string, prefix: string): Fault {
  return {
    code: 'config-invalid',
    message: `schemas cannot begin with "${prefix}": such names belong to the engine`,
    at: { path: dwhYaml, keys: ['targets', target, 'schema_prefix'], point: 'value' },
    hint: 'choose another schema_prefix',
  };
}

/** Where the schema of a node is set: in the model, for a folder, or by the name of the project. */
function schemaPlace(node: Buildable, { config }: Manifest): Place {
  const isOwn =
    node.resourceType === 'model' && node.facts.config?.named.some(({ name }) => name === 'schema') === true;
  if (isOwn) return settingPlace(node, 'schema');
  const folder = folderOfSchema(config, node.path);
  if (folder !== undefined) return { path: dwhYaml, keys: ['folders', folder, 'schema'], point: 'value' };
  return node.config.schema === config.name ? { path: dwhYaml, keys: ['name'], point: 'value' } : fileStart(node.path);
}
