import { isFolder } from '../../logs/discover.ts';
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
  | Found<'log-unreadable', { folderProblem: string | null; isRotated: boolean }>
  /** A name that leads to no file. */
  | Found<'log-lost', { reason: string }>
  | Found<'log-damaged', NoFacts>
  | Found<'log-empty', NoFacts>;

/** Whether the logs exist, and can be read. */
export const logFilesCheck: Check<LogFilesFound> = {
  kinds: {
    'log-missing': { area: 'log', severity: 'error' },
    'log-unreadable': { area: 'log', severity: 'error' },
    'log-lost': { area: 'log', severity: 'warning' },
    'log-damaged': { area: 'log', severity: 'warning' },
    'log-empty': { area: 'log', severity: 'warning' },
  },
  find(evidence) {
    const { logs, missing, lost, unlisted, statuses, sample } = evidence;
    const unread = statuses.filter(({ isUnreadable }) => isUnreadable).map(({ log }) => log.path);
    const unreadable = [...new Set([...sample.unreadable, ...unread])];
    const rotated = new Set(logs.flatMap(({ path, isRotated }) => (isRotated ? [path] : [])));
    const found: LogFilesFound[] = [
      ...missing.map((path) => missingLog(evidence, path)),
      ...unlisted.map(({ path, reason }) => unreadableLog(path, reason)),
      ...unreadable.map((path) => unreadableLog(path, null, rotated.has(path))),
      ...lost.map(({ path, reason }) => ({ code: 'log-lost', where: path, facts: { reason } }) as const),
      ...sample.damaged.map((where) => ({ code: 'log-damaged', where, facts: {} }) as const),
    ];
    if (logs.length > 0 && sample.bytes === 0)
      found.push({ code: 'log-empty', where: logs.map(({ path }) => path).join(', '), facts: {} });
    return found;
  },
};

/** A run leaves out a rotated log that it cannot read, and reads the others. */
function unreadableLog(where: string, folderProblem: string | null, isRotated = false): LogFilesFound {
  const severity = isRotated ? 'warning' : undefined;
  return { code: 'log-unreadable', where, severity, facts: { folderProblem, isRotated } };
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
    facts: { isFolder: isFolder(files, path), isOwn, hasOthers },
  };
}
