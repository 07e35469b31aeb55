import { TEXTS, USAGE } from '../ai-log/attributes.ts';
import { globMatcher } from '../platform/glob.ts';
import { isRecord } from '../platform/json-checks.ts';

/*
 * Which attributes of ai_log and fields of the access log a round keeps, by their names. docs/store-format.md has the
 * same lists.
 */

/** Attributes that a round has under names of its own, or as texts. */
export const OWN_ATTRIBUTES: ReadonlySet<string> = new Set([
  'session_id',
  'model',
  'api',
  'consumer',
  'chat_id',
  'response_type',
  ...USAGE,
  ...TEXTS,
]);

/**
 * Fields of the line that are not kept unless the operator asks: those that a round has under names of its own, those
 * that say nothing about a request, and addresses of clients, which are personal data.
 */
export const UNKEPT_FIELDS: ReadonlySet<string> = new Set([
  ...OWN_ATTRIBUTES,
  'ai_log',
  'start_time',
  'timestamp',
  'request_id',
  'response_code',
  'downstream_local_address',
  'downstream_remote_address',
  'istio_policy_status',
  'protocol',
  'requested_server_name',
  'upstream_local_address',
  'x_forwarded_for',
]);
/** Fields that --keep cannot keep, since a round has them already. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  ...OWN_ATTRIBUTES,
  'ai_log',
  'start_time',
  'request_id',
  'response_code',
]);

/** Whether a round has this value under a name of its own, so that it is neither kept again nor a dimension. */
export function isOwnName(name: string): boolean {
  return OWN_FIELDS.has(name);
}

/** Strings that plugins and Envoy write, never a client: kept in a store without texts. */
export const CODES: ReadonlySet<string> = new Set([
  'bytes_received',
  'bytes_sent',
  'cache_status',
  'duration',
  'llm_first_token_duration',
  'llm_service_duration',
  'method',
  'response_code_details',
  'response_flags',
  'route_name',
  'safecheck_status',
  'service_tier',
  'token_ratelimit_status',
  'upstream_cluster',
  'upstream_host',
  'upstream_service_time',
  'upstream_transport_failure_reason',
]);
/** What the operator said about single names; `*` stands for any characters. */
export interface KeepRules {
  keep: readonly string[];
  drop: readonly string[];
}

export const KEEP_ALL: KeepRules = { keep: [], drop: [] };

export function isKeepRules(value: unknown): value is KeepRules {
  return isRecord(value) && areNames(value['keep']) && areNames(value['drop']);
}

function areNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === 'string');
}

/** Which names match one of the patterns, in which `*` stands for any characters. */
export function namesFilter(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => false;
  const matchers = patterns.map(globMatcher);
  return (name) => matchers.some((isMatch) => isMatch(name));
}
