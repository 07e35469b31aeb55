/**
 * What usage can be grouped by in every store; `api` is the gateway's route. Every command loads this file, so it imports
 * nothing.
 */
export const GROUP_KEYS = [
  'model',
  'date',
  'hour',
  'week',
  'month',
  'consumer',
  'api',
  'session',
  'agent',
  'channel',
  'gateway',
] as const;

export type BuiltInKey = (typeof GROUP_KEYS)[number];

export type GroupKey = BuiltInKey | Tag;

/** A dimension of the store, or the service tier. */
export interface Tag {
  tag: string;
  /** What rounds without the tag have: usually NOT_RECORDED. */
  absent: string;
  /** Reindexing has counted what there is: rounds without the tag stay without it. */
  isReindexed?: boolean;
}

/** The tag that every store has. A round without it used the provider's default tier. */
export const TIER: Tag = { tag: 'service_tier', absent: '' };

/**
 * The name of a group of rounds that were stored before the store had the dimension. No value is this text: values are
 * well-formed.
 */
export const NOT_RECORDED = '\ud800';

/** Before a name of `--group-by`: a dimension, although a built-in key has the same name. */
export const DIMENSION_PREFIX = 'dimension:';

/** Names in JSON and CSV. */
export const KEY_FIELDS: Readonly<Record<BuiltInKey, string>> = {
  model: 'model',
  date: 'date',
  hour: 'hour',
  week: 'week',
  month: 'month',
  consumer: 'consumer',
  api: 'api',
  session: 'session_id',
  agent: 'agent',
  channel: 'channel',
  gateway: 'gateway',
};

/** Whether the names of a key are times, which are shown in their order. */
export function isTime(key: GroupKey): boolean {
  return key === 'date' || key === 'hour' || key === 'week' || key === 'month';
}

/** Whether a key depends on the session, not only on the round. */
export function isOfSession(key: GroupKey): boolean {
  return key === 'session' || key === 'agent' || key === 'channel';
}

export function isSameKey(a: GroupKey, b: GroupKey): boolean {
  return typeof a === 'string' || typeof b === 'string' ? a === b : a.tag === b.tag;
}
