import { resolve } from 'node:path';
import { isNoModel } from '../pricing/no-model.ts';
import { plural, duration, share, type Finding } from '../model/finding.ts';
import { isLog } from '../model/log-position.ts';
import type { Check, Look } from './look.ts';
import type { StoreFacts } from './look-at-store.ts';
import type { Unread } from './unread.ts';

/** A run every minute needs no more than this, with a long request and a slow disk. */
const OVERDUE_MS = 600_000;
/** What was lost longer ago can't be helped, and is known. */
const RECENT_MS = 30 * 86_400_000;

/** Whether there is a store, and what it lacks. */
export const storeCheck: Check = {
  codes: ['store-missing', 'store-unreadable', 'unread-log', 'lost-bytes', 'unpriced-rounds'],
  find(look) {
    const { dir, store, storeProblem, unread, now, parseCommand } = look;
    if (storeProblem !== undefined) return [unreadable(dir, storeProblem)];
    if (!store) return [missing(dir, parseCommand)];
    const known = knownPaths(store, look);
    return [
      ...neverRead(
        unread.filter(({ pattern }) => !known.has(pattern)),
        parseCommand,
      ),
      ...unreadLog(
        store,
        unread.filter(({ pattern }) => known.has(pattern)),
        now,
        parseCommand,
      ),
      ...lostBytes(store, now),
      ...unpricedRounds(store),
    ];
  },
};

function unreadable(dir: string, problem: string): Finding {
  const what = `${problem}.`;
  const fix = `monitor repair --data-dir ${dir} says what can be repaired. A store can be read only by the user who owns it.`;
  return { code: 'store-unreadable', area: 'store', severity: 'error', what, where: dir, fix };
}

function missing(dir: string, setting: string): Finding {
  const what = 'there is no store yet.';
  const fix = 'The first run creates it.';
  return {
    code: 'store-missing',
    area: 'store',
    severity: 'warning',
    what,
    where: resolve(dir),
    fix,
    setting,
  };
}

/** The logs of which the store has read something, under any name; the paths that led to them. */
function knownPaths({ generations, closed }: StoreFacts, { looked }: Look): ReadonlySet<string> {
  const logs = [...generations, ...closed.filter(isLog)];
  const known = new Set(logs.flatMap(({ pattern, path }) => [pattern, path]));
  for (const { log, generation } of looked) if (generation || known.has(log.path)) known.add(log.pattern);
  return known;
}

/** However young they are, nobody reads them. */
function neverRead(logs: readonly Unread[], setting: string): Finding[] {
  const [first] = logs;
  if (!first) return [];
  const bytes = logs.reduce((sum, log) => sum + log.bytes, 0);
  const what = `${plural(bytes, 'byte')} of ${plural(logs.length, 'log')} are unread: this store has never read ${logs.length === 1 ? 'it' : 'them'}.`;
  const fix = 'Run it, if this is the store for that log.';
  const shared = { code: 'unread-log', area: 'store', severity: 'warning' } as const;
  return [{ ...shared, what, where: first.path, fix, setting }];
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
  const what = `${plural(bytes, 'byte')} of ${plural(unread.length, 'log')} have been waiting for at least ${duration(now - oldest.since)}; ${last}.`;
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
  const what = `${share(count, rounds, 'round')} have no price (${names.join(', ')}${more}): they are missing from every total.`;
  const priceable = names.filter((name) => !isNoModel(name));
  const shared = { code: 'unpriced-rounds', area: 'prices', severity: 'warning', what, where: dir } as const;
  if (priceable.length === 0)
    return [
      { ...shared, fix: 'The log does not say their model, so no price file can: see that it is logged.' },
    ];
  const fix =
    'Write a price file (docs/cost.md), with the prices in USD per million tokens, and name it once with parse --prices: later runs use it too. ' +
    'monitor prices --refresh --prices <file> prices the rounds that are stored already.';
  const entries = priceable.map((name) => `{"match":${JSON.stringify(name)},"input":…,"output":…}`);
  const setting = `{"models":[${entries.join(',')}]}`;
  return [{ ...shared, fix, setting }];
}
