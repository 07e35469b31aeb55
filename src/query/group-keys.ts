/** What usage can be summed by; `api` is the gateway's route. Nothing is imported here: every command loads it. */
export const GROUP_KEYS = ['model', 'date', 'consumer', 'api', 'session'] as const;

export type GroupKey = (typeof GROUP_KEYS)[number];

/** Their names in JSON and CSV. */
export const KEY_FIELDS: Readonly<Record<GroupKey, string>> = {
  model: 'model',
  date: 'date',
  consumer: 'consumer',
  api: 'api',
  session: 'session_id',
};

/** Their names in tables. */
export const KEY_HEADS: Readonly<Record<GroupKey, string>> = {
  model: 'Model',
  date: 'Date',
  consumer: 'Consumer',
  api: 'API',
  session: 'Session',
};
