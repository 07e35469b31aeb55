import { RECENT_MS, type Check, type Found, type NoFacts } from '../check.ts';
import type { Evidence } from '../evidence.ts';

interface MissingLog {
  /** There is a folder at the path. */
  isFolder: boolean;
  /** The store has read it. */
  isOwn: boolean;
  hasOthers: boolean;
}

type LogFilesFound =
  | Found<'log-missing', MissingLog>
  /** `folderProblem`: why its folder cannot be listed; null: the log itself cannot be read. */
  | Found<'log-unreadable', { folderProblem: string | null }>
  | Found<'log-damaged', NoFacts>
  | Found<'log-empty', NoFacts>;

/** Whether the logs exist, and can be read. */
export const logFilesCheck: Check<LogFilesFound> = {
  kinds: {
    'log-missing': { area: 'log', severity: 'error' },
    'log-unreadable': { area: 'log', severity: 'error' },
    'log-damaged': { area: 'log', severity: 'warning' },
    'log-empty': { area: 'log', severity: 'warning' },
  },
  find(evidence) {
    const { logs, missing, unlisted, statuses, sample } = evidence;
    const unread = statuses.filter(({ isUnreadable }) => isUnreadable).map(({ log }) => log.path);
    const unreadable = [...new Set([...sample.unreadable, ...unread])];
    const found: LogFilesFound[] = [
      ...missing.map((path) => missingLog(evidence, path)),
      ...unlisted.map(({ path, reason }) => unreadableLog(path, reason)),
      ...unreadable.map((path) => unreadableLog(path, null)),
      ...sample.damaged.map((where) => ({ code: 'log-damaged', where, facts: {} }) as const),
    ];
    if (logs.length > 0 && sample.bytes === 0)
      found.push({ code: 'log-empty', where: logs.map(({ path }) => path).join(', '), facts: {} });
    return found;
  },
};

function unreadableLog(where: string, folderProblem: string | null): LogFilesFound {
  return { code: 'log-unreadable', where, facts: { folderProblem } };
}

/** A log of the store's own that is long gone, while others are read, may have been retired: a note. */
function missingLog({ files, store, namedBy, logPaths, now }: Evidence, path: string): LogFilesFound {
  const read = namedBy === 'store' ? (store?.generations ?? []) : [];
  const own = read.filter(({ pattern }) => pattern === path);
  const last = Math.max(...own.flatMap(({ seen }) => seen.map(({ mtime }) => mtime)));
  const [isOwn, hasOthers] = [own.length > 0, logPaths.length > 1];
  return {
    code: 'log-missing',
    where: path,
    severity: isOwn && hasOthers && now - last > RECENT_MS ? 'note' : undefined,
    facts: { isFolder: files.list(path) !== undefined, isOwn, hasOthers },
  };
}
