import { isNoModel } from '../../pricing/no-model.ts';
import { plural, duration, share, type Finding } from './finding.ts';
import type { StoreFacts } from './look-at-store.ts';
import type { Unread } from './unread.ts';

/** A run every minute needs no more than this, with a long request and a slow disk. */
const OVERDUE_MS = 600_000;
/** What was lost longer ago can't be helped, and is known. */
const RECENT_MS = 30 * 86_400_000;

/** What a store lacks. `now`: milliseconds since 1970 UTC. `parseCommand`: what stores into it. */
export function judgeStore(
  store: StoreFacts,
  unread: readonly Unread[],
  now: number,
  parseCommand: string,
): Finding[] {
  return [...unreadLog(store, unread, now, parseCommand), ...lostBytes(store, now), ...unpricedRounds(store)];
}

function unreadLog(
  { lastCommit }: StoreFacts,
  unread: readonly Unread[],
  now: number,
  parseCommand: string,
): Finding[] {
  const [oldest] = unread.toSorted((a, b) => a.since - b.since);
  if (!oldest || now - oldest.since < OVERDUE_MS) return [];
  const bytes = unread.reduce((sum, log) => sum + log.bytes, 0);
  const last =
    lastCommit === null
      ? 'no run has stored anything'
      : `the last run that stored something was ${duration(now - lastCommit)} ago`;
  const what = `${plural(bytes, 'byte')} of ${plural(unread.length, 'log')} have been waiting for ${duration(now - oldest.since)}; ${last}.`;
  const fix = 'Run it, and look at what it says; then let cron run it every minute.';
  return [
    {
      code: 'unread-log',
      area: 'store',
      severity: 'warning',
      what,
      where: oldest.path,
      fix,
      setting: parseCommand,
    },
  ];
}

function lostBytes({ gaps }: StoreFacts, now: number): Finding[] {
  const [latest] = gaps.toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0));
  if (!latest) return [];
  const bytes = gaps.reduce((sum, gap) => sum + gap.bytes, 0);
  const isRecent = latest.at !== null && now - latest.at < RECENT_MS;
  const when = latest.at === null ? '' : `, the last time ${duration(now - latest.at)} ago`;
  const what = `${plural(bytes, 'byte')} of ${plural(gaps.length, 'log')} vanished before they were read${when}: their rounds are lost.`;
  const fix =
    'Run parse every minute, and let logrotate keep more logs (rotate 5) than are written between two runs.';
  return [
    {
      code: 'lost-bytes',
      area: 'store',
      severity: isRecent ? 'warning' : 'note',
      what,
      where: latest.path,
      fix,
    },
  ];
}

const NAMED = 3;

function unpricedRounds({ unpriced, rounds, dir }: StoreFacts): Finding[] {
  if (unpriced.size === 0) return [];
  const models = [...unpriced].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const count = models.reduce((sum, [, some]) => sum + some, 0);
  const names = models.slice(0, NAMED).map(([name]) => name);
  const more = models.length > NAMED ? ` and ${models.length - NAMED} more` : '';
  const what = `${share(count, rounds, 'round')} have no price (${names.join(', ')}${more}): every sum of cost lacks them.`;
  const priceable = names.filter((name) => !isNoModel(name));
  const shared = { code: 'unpriced-rounds', area: 'prices', severity: 'warning', what, where: dir } as const;
  if (priceable.length === 0)
    return [
      { ...shared, fix: 'The log does not say their model, so no price file can: see that it is logged.' },
    ];
  const fix =
    'Write a price file (docs/cost.md), with the prices in USD per million tokens, and name it once with parse --prices: later runs go by it too; ' +
    'monitor prices --refresh --prices <file> prices the rounds that are stored already.';
  const entries = priceable.map((name) => `{"match":${JSON.stringify(name)},"input":…,"output":…}`);
  const setting = `{"models":[${entries.join(',')}]}`;
  return [{ ...shared, fix, setting }];
}
