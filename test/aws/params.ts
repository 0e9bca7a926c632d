import type { Tags } from './account.ts';

/** The parameters of a call by the query protocol, such as `Tags.Tag.1.Key`. */
export type Params = Readonly<Record<string, string>>;

/** The values of a list, such as those of `IamRoles.IamRoleArn.1`. */
export function valuesOf(params: Params, list: string): string[] {
  return Object.entries(params)
    .filter(([key]) => key.startsWith(`${list}.`))
    .map(([, value]) => value);
}

/** The items of a list of structures, each with its own parameters. */
export function itemsOf(params: Params, list: string): Params[] {
  const items = new Map<string, Record<string, string>>();
  for (const [key, value] of Object.entries(params)) {
    const [, number, field] = new RegExp(`^${list}\\.(?:[A-Za-z]+\\.)?(\\d+)\\.(.+)$`).exec(key) ?? [];
    if (number === undefined || field === undefined) continue;
    items.set(number, { ...items.get(number), [field]: value });
  }
  return [...items.values()];
}

export function tagsOf(params: Params, list = 'Tags'): Tags {
  return Object.fromEntries(itemsOf(params, list).map(({ Key = '', Value = '' }) => [Key, Value]));
}
