/**
 * Whether Redshift refuses a role only because it has not heard of it yet: IAM tells its services of a new role one after
 * another (IAM User Guide, "Changes that I make are not always immediately visible").
 */
export function isRoleNew(code: string, message: string): boolean {
  if (/AccessDenied/.test(code)) return false;
  return (
    /\brole\b/i.test(message) && /not valid|invalid|not authorized|delegate|assume|not exist|not found/i.test(message)
  );
}
