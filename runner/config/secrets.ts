/** Keys whose values are never shown. */
export const secretKeys: readonly string[] = ['password'];

/** Variables with secrets that drivers and the AWS SDK read by themselves, without a setting that names them. */
const readByDrivers = ['PGPASSWORD', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'];

/** The environment variables that hold a secret: those that a secret setting of any target names, and those that drivers read. */
export function secretVariables(targets: Readonly<Record<string, object>>): ReadonlySet<string> {
  const named = Object.values(targets).flatMap((settings) =>
    Object.entries(settings)
      .filter(([key]) => secretKeys.includes(key))
      .flatMap(([, value]) => [...String(value).matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name)),
  );
  return new Set([...readByDrivers, ...named]);
}

const secret = new RegExp(`\\b((?:${secretKeys.join('|')})[^\\S\\n]*:[^\\S\\n]*)(?!['"]?\\$\\{)[^\\s,}]+`, 'gi');

/** The text of a YAML file without the secrets that do not belong there. */
export function withoutSecrets(text: string): string {
  return text.replace(secret, '$1…');
}

// The ids of access keys, AKIAIOSFODNN7EXAMPLE and ASIA… of a session: AWS names them in some of its answers.
const accessKey = /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g;
// In ARNs, in the host names of serverless warehouses, and after the word.
const account = /(\barn:[\w-]*:[\w-]*:[\w-]*:|\.|\baccount:? (?:id )?["'(]?)\d{12}(?!\d)/gi;

/** A text of AWS without the ids of accounts and access keys that stand in it. */
export function withoutIds(text: string): string {
  return text.replace(accessKey, '…').replace(account, '$1…');
}
