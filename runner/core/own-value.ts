/**
 * The value that a mapping has of its own under a key that a user chose; undefined for words such as `constructor`, which
 * every object has a value for.
 */
export function ownValue<T>(mapping: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(mapping, key) ? mapping[key] : undefined;
}
