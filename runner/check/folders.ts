import { dwhYaml } from '../config/schema.ts';
import type { Fault } from '../core/fault.ts';
import { didYouMean, nearest } from '../core/nearest.ts';
import type { Manifest } from '../project/manifest.ts';

/**
 * Folders of dwh.yaml that hold nothing while one of nearly that name does: their settings would go nowhere. One that
 * is like no other is taken for a folder that is still to be filled.
 */
export function checkFolders({ nodes, config }: Manifest): Fault[] {
  const declared = Object.keys(config.folders);
  const filled = new Set([...nodes.values()].flatMap(({ path }) => foldersAbove(path)));
  const others = [...filled].filter((folder) => !declared.includes(folder));
  return declared
    .filter((folder) => !filled.has(folder.replace(/\/+$/, '')))
    .flatMap((folder): Fault[] => {
      const close = nearest(folder, others);
      if (close === undefined) return [];
      const at = { path: dwhYaml, keys: ['folders', folder], point: 'key' } as const;
      return [
        {
          code: 'config-invalid',
          message: `no model or seed stands in the folder "${folder}"`,
          at,
          hint: didYouMean(folder, close),
        },
      ];
    });
}

/** `models/marts/songs.sql` -> `models`, `models/marts` */
function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, i) => parts.slice(0, i + 1).join('/'));
}
