import type { Check, Found } from '../check.ts';
import type { Evidence } from '../evidence.ts';
import type { LogStatus } from '../log-status.ts';

/** A gateway without requests writes nothing; two days are a weekend. */
const IDLE_MS = 2 * 86_400_000;
/** logrotate, or whoever copies a log, takes less. */
const RENAMED_MS = 600_000;

type OwnLogsFound =
  /** `isStoreRead`: whether the store could be asked for its logs. */
  | Found<'no-own-logs', { isStoreRead: boolean; dir: string }>
  | Found<'log-gone', { bytes: number }>
  | Found<'log-renamed', { laterMs: number }>
  | Found<'log-idle', { idleMs: number }>;

/** Whether the logs that the store was built from still exist, and still grow. */
export const ownLogsCheck: Check<OwnLogsFound> = {
  kinds: {
    'no-own-logs': { area: 'log', severity: 'note' },
    'log-gone': { area: 'log', severity: 'warning' },
    'log-renamed': { area: 'log', severity: 'warning' },
    'log-idle': { area: 'log', severity: 'note' },
  },
  find: (evidence) => [...noOwnLogs(evidence), ...gone(evidence), ...renamed(evidence), ...idle(evidence)],
};

function noOwnLogs({ namedBy, store, storeProblem, logPaths, dir }: Evidence): OwnLogsFound[] {
  if (namedBy !== 'default' || (!store && storeProblem === undefined)) return [];
  const facts = { isStoreRead: store !== undefined, dir };
  return [{ code: 'no-own-logs', where: logPaths.join(', '), facts }];
}

/** Bytes that the last run saw and could not read yet, and that no file has any more. */
function gone({ store, statuses }: Evidence): OwnLogsFound[] {
  const existing = new Set(statuses.flatMap(({ generation }) => generation?.id ?? []));
  const patterns = new Set(statuses.map(({ log }) => log.pattern));
  return (store?.generations ?? []).flatMap(({ id, offset, size, lost, pattern, path }): OwnLogsFound[] => {
    const bytes = size - Math.max(offset, lost ?? 0);
    if (offset === 0 || bytes <= 0 || existing.has(id) || !patterns.has(pattern)) return [];
    return [{ code: 'log-gone', where: path, facts: { bytes } }];
  });
}

/** Envoy keeps writing to a file that was renamed until it is told to reopen its log. */
function renamed({ statuses }: Evidence): OwnLogsFound[] {
  return [...byPattern(statuses)].flatMap(([pattern, files]): OwnLogsFound[] => {
    const live = files.find(({ log }) => log.path === pattern);
    const later = files.filter(
      ({ log, facts }) =>
        live && !log.compressed && log !== live.log && facts.mtime - live.facts.mtime > RENAMED_MS,
    );
    const [newest] = later.toSorted((a, b) => b.facts.mtime - a.facts.mtime);
    if (!live || !newest) return [];
    const laterMs = newest.facts.mtime - live.facts.mtime;
    return [{ code: 'log-renamed', where: newest.log.path, facts: { laterMs } }];
  });
}

function idle({ statuses, now }: Evidence): OwnLogsFound[] {
  return [...byPattern(statuses)].flatMap(([where, files]): OwnLogsFound[] => {
    const idleMs = now - Math.max(...files.map(({ facts }) => facts.mtime));
    return idleMs < IDLE_MS ? [] : [{ code: 'log-idle', where, facts: { idleMs } }];
  });
}

function byPattern(statuses: readonly LogStatus[]): Map<string, LogStatus[]> {
  const groups = new Map<string, LogStatus[]>();
  for (const status of statuses) {
    const group = groups.get(status.log.pattern) ?? [];
    group.push(status);
    groups.set(status.log.pattern, group);
  }
  return groups;
}
