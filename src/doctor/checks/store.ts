import { resolve } from 'node:path';
import { isLog } from '../../model/log-position.ts';
import { RECENT_MS, type Check, type Found } from '../check.ts';
import type { Evidence } from '../evidence.ts';
import type { Unread } from '../log-status.ts';
import type { StoreFacts } from '../store-facts.ts';

/** A run every minute never lags this far behind, even with a long request and a slow disk. */
const OVERDUE_MS = 600_000;

interface UnreadLogs {
  bytes: number;
  logs: number;
  /** How long they have been waiting, and when a run last stored something; null: the store never read these logs. */
  waiting: { ms: number; sinceCommitMs: number | null } | null;
  command: string;
}

type StoreFound =
  | Found<'store-missing', { command: string }>
  | Found<'store-unreadable', { problem: string; dir: string }>
  | Found<'unread-log', UnreadLogs>
  /** `agoMs`: how long ago the latest vanished; null: not known. */
  | Found<'lost-bytes', { bytes: number; logs: number; agoMs: number | null }>;

/** Whether there is a store, and whether it has everything that its logs have. */
export const storeCheck: Check<StoreFound> = {
  kinds: {
    'store-missing': { area: 'store', severity: 'warning' },
    'store-unreadable': { area: 'store', severity: 'error' },
    'unread-log': { area: 'store', severity: 'warning' },
    'lost-bytes': { area: 'store', severity: 'warning' },
  },
  find(evidence) {
    const { dir, store, storeProblem, unread, parseCommand: command } = evidence;
    if (storeProblem !== undefined)
      return [{ code: 'store-unreadable', where: dir, facts: { problem: storeProblem, dir } }];
    if (!store) return [{ code: 'store-missing', where: resolve(dir), facts: { command } }];
    const known = knownPaths(store, evidence);
    const isKnown = ({ pattern }: Unread): boolean => known.has(pattern);
    return [
      ...neverRead(
        unread.filter((log) => !isKnown(log)),
        command,
      ),
      ...waitingLogs(unread.filter(isKnown), store, evidence),
      ...lostBytes(store, evidence),
    ];
  },
};

/** The logs of which the store has read something, under any name; and the paths that led to them. */
function knownPaths({ generations, closed }: StoreFacts, { statuses }: Evidence): ReadonlySet<string> {
  const logs = [...generations, ...closed.filter(isLog)];
  const known = new Set(logs.flatMap(({ pattern, path }) => [pattern, path]));
  for (const { log, generation } of statuses) if (generation || known.has(log.path)) known.add(log.pattern);
  return known;
}

/** However new they are: nothing reads them. */
function neverRead(logs: readonly Unread[], command: string): StoreFound[] {
  const [first] = logs;
  if (!first) return [];
  const facts = { bytes: sumBytes(logs), logs: logs.length, waiting: null, command };
  return [{ code: 'unread-log', where: first.path, facts }];
}

function waitingLogs(
  logs: readonly Unread[],
  { lastCommit }: StoreFacts,
  { now, parseCommand: command }: Evidence,
): StoreFound[] {
  const [oldest] = logs.toSorted((a, b) => a.since - b.since);
  if (!oldest || now - oldest.since < OVERDUE_MS) return [];
  const sinceCommitMs = lastCommit === null ? null : now - lastCommit;
  const waiting = { ms: now - oldest.since, sinceCommitMs };
  const facts = { bytes: sumBytes(logs), logs: logs.length, waiting, command };
  return [{ code: 'unread-log', where: oldest.path, facts }];
}

function lostBytes({ gaps }: StoreFacts, { now }: Evidence): StoreFound[] {
  const [latest] = gaps.toSorted((a, b) => (b.at ?? 0) - (a.at ?? 0));
  if (!latest) return [];
  const agoMs = latest.at === null ? null : now - latest.at;
  const severity = agoMs !== null && agoMs < RECENT_MS ? undefined : 'note';
  const facts = { bytes: sumBytes(gaps), logs: gaps.length, agoMs };
  return [{ code: 'lost-bytes', where: latest.path, severity, facts }];
}

function sumBytes(logs: readonly { bytes: number }[]): number {
  return logs.reduce((sum, { bytes }) => sum + bytes, 0);
}
