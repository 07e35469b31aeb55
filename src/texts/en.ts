// The texts that people read, in English. Every other language has the same: zh-CN.ts. Each constant is an area, so that
// a bundle has only those it uses. A text with values takes one object, and only puts its values in place: how numbers,
// dates and costs are written is decided by who calls it. A value named `number` only decides whether a word is plural.
// This file has no code but templates and plurals.
import type { Counted } from './counted.ts';

/** `1 round`, `2 rounds` */
const of = ({ n, text }: Counted, noun: string): string => `${text} ${noun}${n === 1 ? '' : 's'}`;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Dates of the site. `month` counts from 1. */
export const dates = {
  day: ({ day, month }: { day: number; month: number }) => `${day} ${MONTHS[month - 1] ?? month}`,
  dayOfYear: ({ day, month, year }: { day: number; month: number; year: string }) =>
    `${day} ${MONTHS[month - 1] ?? month} ${year}`,
};

/** How the footer of each page names the time zone. */
export const zones = {
  named: ({ zone, offset }: { zone: string; offset: string }) => `${zone}, ${offset}`,
  withSummer: ({ winter, summer }: { winter: string; summer: string }) => `${winter}, in summer ${summer}`,
};

/** The links at the top of each page. */
export const nav = {
  overview: 'Overview',
  sessions: 'Sessions',
  search: 'Search',
  health: 'Health',
  tools: 'Tools',
  context: 'Context',
  models: 'Models',
  dates: 'Dates',
  consumers: 'Consumers',
};

/** Notes at the foot of every page of a site. */
export const siteNotes = {
  onlySessions: ({ filter }: { filter: string }) => `Only sessions with ${filter}`,
  listSeparator: ', ',
};

/** The page that an address of an earlier build leads to. */
export const movedPage = {
  title: 'Sessions',
  moved: 'This list has moved:',
  link: 'sessions',
};

/** Words of the frame that every page of the site has. */
export const frame = {
  skip: 'Skip to content',
  pages: 'Pages',
  written: 'Written',
  timesIn: ({ zone }: { zone: string }) => `Times in ${zone}`,
};

/** What usage is grouped by: heads of columns. */
export const groups = {
  model: 'Model',
  date: 'Date',
  hour: 'Hour',
  week: 'Week',
  month: 'Month',
  consumer: 'Consumer',
  api: 'API',
  session: 'Session',
  agent: 'Agent',
  channel: 'Channel',
  gateway: 'Gateway',
};

/** Names that the log does not give. */
export const nameless = {
  consumer: '(no consumer)',
  api: '(no API)',
  none: '(none)',
  default: '(default)',
  notRecorded: '(not recorded)',
  noAnswer: 'no answer',
};

/** Counts: heads of columns. */
export const measures = {
  sessions: 'Sessions',
  rounds: 'Rounds',
  input: 'Input',
  cached: 'Cached',
  output: 'Output',
  reasoning: 'Reasoning',
};

/** What a report is limited to. */
export const filters = {
  model: ({ name }: { name: string }) => `model ${name}`,
  consumer: ({ name }: { name: string }) => `consumer ${name}`,
  session: ({ name }: { name: string }) => `session ${name}`,
  agent: ({ name }: { name: string }) => `agent ${name}`,
  channel: ({ name }: { name: string }) => `channel ${name}`,
  labels: ({ labels }: { labels: string[] }) => ` (${labels.join(', ')})`,
};

export const period = {
  today: 'Today',
  lastDays: ({ days }: { days: number }) => `Last ${days} days`,
  since: ({ time }: { time: string }) => `since ${time}`,
  until: ({ time }: { time: string }) => `until ${time}`,
  between: ({ since, until }: { since: string; until: string }) => `since ${since}, until ${until}`,
};

/** What a report says that has nothing to show. */
export const nothing = {
  emptyStore:
    'no sessions yet\nRead a log into this store with: monitor parse --log-path /var/log/higress/access.log',
  ofFilter: ({ names }: { names: string[] }) =>
    `no rounds of ${names.join(' and ')} in this period\nList models and consumers with stats-model and stats-consumer.`,
  inPeriod: ({ date }: { date: string }) =>
    `no rounds in this period; the last was on ${date}\nUse --since ${date} to include it.`,
  noMatch: ({ sessions }: { sessions: number }) => `none of ${sessions} sessions match`,
  searchHint: ({ command }: { command: string }) =>
    `--search looks at titles and ids only. To search what was said: ${command}`,
};

export const costs = {
  unpriced: 'unpriced',
  noUsage: 'no usage',
  more: ({ rounds }: { rounds: string }) => ` + ${rounds} unpriced`,
  /** `40 unpriced rounds (qwen-max, 1.2M tokens)` */
  unpricedRounds: (given: { rounds: Counted; names: string[]; others: number; tokens: Counted }) => {
    const { rounds, names, others, tokens } = given;
    const more = others > 0 ? ` and ${others} more` : '';
    return `${of(rounds, 'unpriced round')} (${names.join(', ')}${more}, ${of(tokens, 'token')})`;
  },
  moreReasons: ({ reasons }: { reasons: Counted }) => `and ${of(reasons, 'more reason')}`,
  /** What is said of rounds whose cost may be wrong. */
  mayBeMore: ({ number, cost }: { number: number; cost: string }) =>
    `may have cost more than ${their(number)} ${cost}`,
  mayBeLess: ({ number, cost }: { number: number; cost: string }) =>
    `may have cost less than ${their(number)} ${cost}`,
  mayBeEither: ({ number, cost }: { number: number; cost: string }) =>
    `may have cost more or less than ${their(number)} ${cost}`,
  bounded: ({ rounds, claim }: { rounds: Counted; claim: string }) => `${of(rounds, 'round')} ${claim}`,
  lost: ({ rounds }: { rounds: Counted }) =>
    `${of(rounds, 'round')} of this store ${rounds.n === 1 ? 'is' : 'are'} lost, and in no sum`,
  lostNote: ({ lost }: { lost: string }) => `${lost}: monitor doctor says which.`,
};

/** Why a cost may be wrong, as a clause that follows a number of rounds. */
export const boundReasons = {
  aborted: 'the stream ended before its last token count',
  ambiguous: 'the cached tokens may be counted twice',
  'bad-count': 'a token count in the log is not a number',
  'cache-ttl-mixed': 'some cache writes may be 5-minute writes, which cost less',
  'cache-ttl-unlogged': 'the log does not say how long cache writes last',
  'cache-unknown': 'the log does not say what was cached',
  'cache-unlogged': 'cached tokens cost less, and the log does not count them',
  'cache-write-unlogged': 'cache writes cost more, and the log does not count them',
  'cached-kind-unlogged': 'the log does not say which of the cached tokens were audio or images',
  'image-share-unlogged': 'some of the tokens priced as images may be text',
  'image-uncounted': 'the log does not count the images',
  'maybe-imported': 'the round may also have been imported, and be counted twice',
  'modality-unlogged': 'the log does not say which tokens are audio',
  'price-lower': 'the price leaves out a charge that the log does not count',
  'price-unverified': 'the price is not verified',
  'price-upper': 'the price is the highest of several that may apply',
  'rate-missing': 'the price has no rate for some of the tokens',
  'reasoning-uncounted': 'output costs more when the model reasons, and the log does not count its reasoning',
  'search-fee': 'the fee for web searches is not in the log',
  'service-tier-higher': 'the price has no rate for the service tier, which costs more',
  'service-tier-lower': 'the price has no rate for the service tier, which costs less',
  'service-tier-unknown': 'the price has no rate for the service tier',
  'total-larger': 'the total in the log includes tokens that no other count has',
  'usage-unlogged': 'the log has no token counts for an answer that may be billed',
};

export const list = {
  title: ({ shown, total, sort }: { shown: string; total: string; sort: string }) =>
    `📋 Sessions (${shown === total ? total : `${shown} of ${total}`}, by ${sort})`,
  titleEmpty: '📋 Sessions (0)',
  sorts: { updated: 'updated', created: 'created', cost: 'cost', tokens: 'tokens', rounds: 'rounds' },
  session: 'Session',
  rounds: 'Rounds',
  tokens: 'Tokens',
  cost: 'Cost',
  costUsd: 'Cost (USD)',
  model: 'Model',
  updated: 'Updated',
  more: ({ sessions }: { sessions: Counted }) => `${of(sessions, 'more session')}: --limit 0 lists all.`,
};

export const stats = {
  title: ({ by, labels }: { by: string[]; labels: string }) => `📊 Statistics ${byText(by)}${labels}`,
  health: ({ by, labels }: { by: string[]; labels: string }) => `📊 Health ${byText(by)}${labels}`,
  total: 'TOTAL',
  models: 'Models',
  saved: 'Saved',
  cost: 'Cost',
  costUsd: 'Cost (USD)',
  notCounted: ({ rounds, name }: { rounds: Counted; name: string }) =>
    `${were(rounds)} stored before the store counted by ${name}: run monitor reindex to count by it.`,
  notKept: ({ rounds, name }: { rounds: Counted; name: string }) =>
    `${were(rounds)} stored before the store counted by ${name}: what they had was not kept.`,
  otherValues: ({ rounds, name, others }: { rounds: Counted; name: string; others: string }) =>
    `${were(rounds)} put in ${others}: a session counts by at most 1,000 values of ${name}.`,
  asDefault: ({ rounds, name }: { rounds: Counted; name: string }) =>
    `${were(rounds)} stored before the store counted by ${name}, and counted as (default).`,
};

/** `by Model, Date and Consumer` */
function byText(heads: readonly string[]): string {
  return `by ${[heads.slice(0, -1).join(', '), ...heads.slice(-1)].filter(Boolean).join(' and ')}`;
}

function were(rounds: Counted): string {
  return `${of(rounds, 'round')} ${rounds.n === 1 ? 'was' : 'were'}`;
}

/** How requests were answered: heads of columns, and what is said below them. */
export const health = {
  requests: 'Requests',
  failed: 'Failed',
  unknown: 'Not recorded',
  rateLimited: '429',
  clientErrors: 'Other 4xx',
  serverErrors: '5xx',
  gone: 'No response',
  p50: 'p50',
  p90: 'p90',
  p99: 'p99',
  firstP50: 'First p50',
  firstP90: 'First p90',
  firstP99: 'First p99',
  speed: 'Tokens/s',
  times: (given: { answered: Counted; firstToken: string; speed: string; error: string }) =>
    `p50, p90 and p99 are of the durations of ${of(given.answered, 'answered request')}, ` +
    `times to the first token of ${given.firstToken}, tokens/s of ${given.speed}; ` +
    `percentiles are at most ${given.error} off.`,
  byFlag: ({ flags }: { flags: string[] }) => `By response flag: ${flags.join(', ')}.`,
  unflagged: ({ requests }: { requests: string }) =>
    `Of ${requests} more, an older version did not keep the response flags.`,
};

/** Failures of requests. */
export const failures = {
  some: ({ failed, requests, kinds }: { failed: string; requests: Counted; kinds: string[] }) =>
    `${failed} of ${of(requests, 'request')} failed (${kinds.join(', ')})`,
  unknown: ({ requests }: { requests: Counted }) =>
    `Whether ${of(requests, 'request')} that an older version stored failed is not known. monitor reindex counts those that are not pruned.`,
  rateLimited: ({ count }: { count: Counted }) => `${count.text} rate limited (429)`,
  clientErrors: ({ count }: { count: Counted }) => `${of(count, 'other client error')} (4xx)`,
  serverErrors: ({ count }: { count: Counted }) => `${of(count, 'server error')} (5xx)`,
  gone: ({ count }: { count: Counted }) => `${count.text} without a response (status 0)`,
};

/** Each kind of failure by itself. */
export const failureKinds = {
  status429: 'too many requests (429)',
  status4xx: 'other client errors (4xx)',
  status5xx: 'server errors (5xx)',
  status0: 'no response (status 0)',
  clientGone: 'client disconnected',
  upstreamReset: 'upstream reset',
  upstreamFailed: 'upstream not reached',
  timeout: 'timeout',
  rateLimited: 'rate limited by the gateway',
  noRoute: 'no route',
  unauthorized: 'not authorized',
  overload: 'overload',
  otherFlag: 'another flag',
};

export const tools = {
  title: ({ labels }: { labels: string }) => `📊 Tools${labels}`,
  tool: 'Tool',
  calls: 'Calls',
  sessions: 'Sessions',
  failed: 'Failed',
  results: 'Results',
  total: 'TOTAL',
  none: 'no tool calls',
  failures: ({ name, labels }: { name: string; labels: string }) => `📊 Failed calls of ${name}${labels}`,
  time: 'Time',
  session: 'Session',
  round: 'Round',
  reason: 'Reason',
  result: 'Result',
  noFailures: 'no failed calls',
  noTexts: 'no failed calls whose text is stored',
  maybeMore: 'There may be more: --limit 0 lists all.',
  more: ({ count }: { count: string }) => `${count} more: --limit 0 lists all.`,
  moreUnlisted: ({ count }: { count: Counted }) =>
    `${count.text} more ${count.n === 1 ? 'is' : 'are'} not listed: the texts were pruned.`,
  unknown: ({ sessions }: { sessions: Counted }) =>
    `Of ${of(sessions, 'session')} it is not known which tools were called: no messages and calls are stored or logged, or an older version stored them (see monitor reindex).`,
  late: ({ sessions }: { sessions: Counted }) =>
    `Of ${of(sessions, 'session')} only later rounds are counted: ${their(sessions.n)} first ones have no messages and calls, or an older version stored them (see monitor reindex).`,
  unmeasured: ({ sessions }: { sessions: Counted }) =>
    `The bytes of results lack rounds of ${of(sessions, 'session')} that an older version stored. monitor reindex adds those that are not pruned.`,
  pruned: ({ sessions }: { sessions: Counted }) =>
    `${of(sessions, 'session')} ${sessions.n === 1 ? 'is' : 'are'} left out: only some of ${their(sessions.n)} rounds are meant, and what these called was pruned.`,
};

function their(number: number): string {
  return number === 1 ? 'its' : 'their';
}

/** Why a report lacks something, on stderr. */
export const absent = {
  kinds: {
    model: 'model',
    consumer: 'consumer',
    api: 'api',
    agent: 'agent',
    channel: 'channel',
    session: 'session',
  },
  none: ({ kind, name }: { kind: string; name: string }) => `no ${kind} ${name} in the store`,
  noRounds: ({ what }: { what: string }) => `${what}: it has no rounds yet`,
  list: ({ what, command }: { what: string; command: string }) => `${what}. List them with '${command}'`,
  similar: ({ what, names }: { what: string; names: string[] }) =>
    `${what}. Did you mean ${names.join(' or ')}?`,
  lastOn: ({ names, date }: { names: string[]; date: string }) =>
    `no rounds of ${names.join(' and ')} in this period; the last was on ${date}`,
  unpriced: ({ unpriced }: { unpriced: string }) => `the total does not include ${unpriced}`,
  oldTiers:
    'rounds stored before the store counted by service_tier count as the default tier: run monitor reindex to count by it',
  undecided: ({ rounds }: { rounds: Counted }) =>
    `${of(rounds, 'round')} whose value for the filter is not known ${areLeftOut(rounds)}`,
  undecidedSessions: ({ sessions }: { sessions: Counted }) =>
    `${of(sessions, 'session')} whose values for the filter are not known ${areLeftOut(sessions)}`,
  prunedSessions: ({ sessions }: { sessions: Counted }) =>
    `${of(sessions, 'session')} ${sessions.n === 1 ? 'is' : 'are'} left out: only rounds that were pruned could tell whether they match`,
};

function areLeftOut({ n }: Counted): string {
  return `${n === 1 ? 'is' : 'are'} left out: stored before the store counted by it (see monitor reindex), or in a session with more than 1,000 values`;
}
