import { WHOLE_USAGES } from './counts.ts';
import { parseJson } from '../../platform/json-spans.ts';

const LONGEST_TIER = 32;

/** The providers' names for the default tier, and what Envoy prints for nothing. */
const USUAL: ReadonlySet<string> = new Set([
  '',
  '-',
  'default',
  'auto',
  'standard',
  'standard_only',
  'on_demand',
]);

/** Vertex's traffic types under the names that other providers use. */
const SAME: ReadonlyMap<string, string> = new Map([
  ['on_demand_priority', 'priority'],
  ['on_demand_flex', 'flex'],
]);

/**
 * The service tier in lower case; null for the default tier and for invalid values. `logged`: the attribute. Anthropic
 * and Vertex put the tier into the usage, so that is searched too if `aiLog` has it.
 */
export function readServiceTier(logged: unknown, aiLog: Readonly<Record<string, unknown>>): string | null {
  let tier = wordOf(logged);
  for (const key of WHOLE_USAGES) if (tier === '' && aiLog[key] != null) tier = wordOf(tierIn(aiLog[key]));
  return USUAL.has(tier) ? null : (SAME.get(tier) ?? tier);
}

/** The tier is a string; Bedrock's is an object with a type. */
function wordOf(value: unknown): string {
  const word = isObject(value) ? value['type'] : value;
  if (typeof word !== 'string' || word === '-') return '';
  return word.trim().toLowerCase().slice(0, LONGEST_TIER).toWellFormed();
}

function tierIn(logged: unknown): unknown {
  const usage = typeof logged === 'string' ? parseJson(logged) : logged;
  if (!isObject(usage)) return undefined;
  return usage['service_tier'] ?? usage['serviceTier'] ?? usage['trafficType'] ?? usage['traffic_type'];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
