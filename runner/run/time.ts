/** A time as warehouses read it: UTC, without a zone. */
export function timestampText(time: Date): string {
  return time.toISOString().replace('T', ' ').replace('Z', '');
}
