/** What usage can be grouped by; `api` is the gateway's route. Every command loads this file, so it imports nothing. */
export const GROUP_KEYS = ['model', 'date', 'consumer', 'api', 'session'] as const;

export type GroupKey = (typeof GROUP_KEYS)[number];

/** Names in JSON and CSV. */
export const KEY_FIELDS: Readonly<Record<GroupKey, string>> = {
  model: 'model',
  date: 'date',
  consumer: 'consumer',
  api: 'api',
  session: 'session_id',
};

/** Names in tables. */
export const KEY_HEADS: Readonly<Record<GroupKey, string>> = {
  model: 'Model',
  date: 'Date',
  consumer: 'Consumer',
  api: 'API',
  session: 'Session',
};
