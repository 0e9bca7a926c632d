import { hash } from 'node:crypto';
import type { Metadata } from '../artifacts/metadata.ts';
import { columnTypeText } from '../core/column-type.ts';
import type { Column } from '../core/node.ts';
import { isEngineMacro, pathInPackage } from './engine-macros.ts';
import type { Buildable, LoadSettings, Manifest, Node, Properties, Test } from './manifest.ts';
import { isBuildable, queryOf } from './manifest.ts';

/** Where a node is published. */
export interface PublishedName {
  readonly schema: string;
  /** As SQL writes it, with its schema. */
  readonly quoted: string;
}

/** `target/manifest.json`, after dbt's manifest v12 as far as the words fit. `published` gives where a node is published, and its name quoted. */
export function manifestArtifact(
  manifest: Manifest,
  metadata: Metadata,
  adapterType: string,
  published: (node: Buildable) => PublishedName,
): Record<string, unknown> {
  const project = manifest.config.name;
  const nodes = [...manifest.nodes.values()];
  const entries = nodes
    .filter((node) => node.resourceType !== 'source')
    .map((node) => [node.uniqueId, entry(node, project, published)]);
  const sources = nodes.flatMap((node) =>
    node.resourceType === 'source'
      ? [
          [
            node.uniqueId,
            {
              ...common(node, project),
              source_name: node.group,
              identifier: node.file,
              source_description: node.description,
              loader: 's3',
              relation_name: null,
            },
          ],
        ]
      : [],
  );
  const macros = manifest.macros.map((macro) => {
    const isOurs = isEngineMacro(macro.body.path);
    const owner = isOurs ? 'sparkify_run' : project;
    const path = isOurs ? pathInPackage(macro.body.path) : macro.body.path;
    const id = ['macro', owner, ...(macro.dialect === undefined ? [] : [macro.dialect]), macro.name].join('.');
    return [
      id,
      {
        unique_id: id,
        name: macro.name,
        resource_type: 'macro',
        package_name: owner,
        path,
        original_file_path: path,
        macro_sql: macro.body.text,
        depends_on: { macros: macro.facts.macros.map((call) => call.name) },
        description: '',
        arguments: [...macro.required, ...Object.keys(macro.defaults)].map((name) => ({ name })),
      },
    ];
  });
  return {
    metadata: { ...metadata, project_name: project, adapter_type: adapterType },
    nodes: Object.fromEntries(entries) as unknown,
    sources: Object.fromEntries(sources) as unknown,
    macros: Object.fromEntries(macros) as unknown,
    docs: {},
    exposures: {},
    metrics: {},
    groups: {},
    selectors: {},
    disabled: {},
    parent_map: Object.fromEntries(manifest.graph.parents),
    child_map: Object.fromEntries(manifest.graph.children),
    group_map: {},
    saved_queries: {},
    semantic_models: {},
    unit_tests: {},
  };
}

function common(node: Node, project: string): Record<string, unknown> {
  return {
    unique_id: node.uniqueId,
    name: node.name,
    resource_type: node.resourceType,
    package_name: project,
    path: node.path,
    original_file_path: node.path,
    fqn: node.fqn,
    description: node.description,
    tags: node.tags,
  };
}

function entry(node: Node, project: string, published: (node: Buildable) => PublishedName): Record<string, unknown> {
  const query = queryOf(node);
  const text = query?.template.text ?? '';
  const facts = query?.facts;
  const shared = {
    ...common(node, project),
    database: null,
    schema: isBuildable(node) ? published(node).schema : null,
    alias: node.name,
    checksum: { name: 'sha1', checksum: hash('sha1', text) },
    language: 'sql',
    raw_code: text,
    refs: (facts?.refs ?? []).map(({ name }) => ({ name, package: null, version: null })),
    sources: (facts?.sources ?? []).map(({ group, name }) => [group, name]),
    metrics: [],
    depends_on: { macros: (facts?.macros ?? []).map(({ name }) => name), nodes: node.dependsOn },
  };
  if (node.resourceType === 'test')
    return { ...shared, config: { materialized: 'test', severity: node.severity }, ...testEntry(node) };
  if (!isBuildable(node)) return { ...shared, config: { materialized: node.resourceType } };
  const isRelation = node.config.materialized !== 'ephemeral';
  return {
    ...shared,
    config: configEntry(node),
    columns: columnsEntry(node.contract, node.properties),
    patch_path: node.properties?.place.path ?? null,
    contract: { enforced: node.contract !== undefined, alias_types: false, checksum: null },
    relation_name: isRelation ? published(node).quoted : null,
  };
}

function configEntry(node: Buildable): Record<string, unknown> {
  if (node.resourceType === 'seed') return { materialized: 'seed', schema: node.config.schema, tags: node.tags };
  const { materialized, schema, uniqueKey, strategy, dist, sort, sortType, maxErrors, load } = node.config;
  return {
    materialized,
    schema,
    tags: node.tags,
    unique_key: uniqueKey,
    incremental_strategy: strategy,
    dist: dist ?? null,
    sort,
    sort_type: sortType ?? null,
    max_errors: maxErrors,
    ...(materialized === 'copy' ? loadEntry(load) : {}),
  };
}

function loadEntry(load: LoadSettings): Record<string, unknown> {
  return {
    time_format: load.timeFormat ?? null,
    truncate_columns: load.truncateColumns ?? null,
    blanks_as_null: load.blanksAsNull ?? null,
    empty_as_null: load.emptyAsNull ?? null,
    stat_update: load.statUpdate ?? null,
    comp_update: load.compUpdate ?? null,
  };
}

function columnsEntry(
  contract: readonly Column[] | undefined,
  properties: Properties | undefined,
): Record<string, unknown> {
  const described = new Map(properties?.columns.map((column) => [column.name, column.description]));
  const names = new Set([...(contract ?? []).map((column) => column.name), ...described.keys()]);
  return Object.fromEntries(
    [...names].map((name) => {
      const column = contract?.find((candidate) => candidate.name === name);
      const constraints = column?.notNull === true ? [{ type: 'not_null' }] : [];
      return [
        name,
        {
          name,
          description: described.get(name) ?? '',
          data_type: column === undefined ? null : columnTypeText(column.type),
          constraints,
          meta: {},
          tags: [],
        },
      ];
    }),
  );
}

function testEntry({ check, dependsOn }: Test): Record<string, unknown> {
  if (check.kind === 'sql') return {};
  const column = 'column' in check ? check.column : check.columns.length === 1 ? check.columns[0] : null;
  return {
    test_metadata: testMetadata(check),
    column_name: column ?? null,
    attached_node: dependsOn[0] ?? null,
  };
}

/** The test as dbt names it: ranges are those of its package dbt_utils. */
function testMetadata(check: Exclude<Test['check'], { kind: 'sql' }>): Record<string, unknown> {
  if (check.kind !== 'accepted_range') {
    const { kind, model, ...kwargs } = check;
    return { name: kind, kwargs: { model, ...kwargs }, namespace: null };
  }
  const { kind, model, column, minValue, maxValue } = check;
  return { name: kind, kwargs: { model, column, min_value: minValue, max_value: maxValue }, namespace: 'dbt_utils' };
}
