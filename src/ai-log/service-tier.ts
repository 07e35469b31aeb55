const LONGEST_TIER = 32;

/** What providers call the tier that everybody gets, and what Envoy prints for nothing. */
const USUAL: ReadonlySet<string> = new Set(['', '-', 'default', 'auto', 'standard', 'on_demand']);

/** The service tier in lower case; null for the usual one, and for what is no tier. */
export function readServiceTier(value: unknown): string | null {
  if (typeof value !== 'string') return null;
  const tier = value.trim().toLowerCase();
  return USUAL.has(tier) ? null : tier.slice(0, LONGEST_TIER).toWellFormed();
}
