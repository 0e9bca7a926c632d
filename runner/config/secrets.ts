/** Keys whose values are never shown. */
export const secretKeys: readonly string[] = ['password'];

const secret = new RegExp(`\\b((?:${secretKeys.join('|')})\\s*:\\s*)(?!['"]?\\$\\{)[^\\s,}]+`, 'gi');

/** A line of a YAML file without the secrets that should not stand there. */
export function withoutSecrets(line: string): string {
  return line.replace(secret, '$1…');
}
