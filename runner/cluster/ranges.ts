/** The shortest prefixes that a single network has: of IPv4 a former class A, of IPv6 what a registry gives out. */
const shortest = { v4: 8, v6: 19 };

/** Whether a range of addresses is no network of somebody, but the world or a good part of it. */
export function isWorld(range: string): boolean {
  const [address = '', bits = '0'] = range.split('/');
  return Number(bits) < (address.includes(':') ? shortest.v6 : shortest.v4);
}
