import { errorCode, isAbsent, type Files } from '../../platform/files.ts';
import { isSystemError } from '../../platform/errors.ts';
import { troubleText } from '../../platform/system-errors.ts';
import { discoverLogs, type LogFile } from '../../logs/discover.ts';
import { identify } from '../../logs/identify.ts';
import type { LogPosition } from '../../model/log-position.ts';
import { isUnreadable, openLog, type OpenLog, type UnreadableFile } from '../../logs/open-log.ts';

/** A log that the store was made from, found again by its content. */
export interface FoundLog {
  log: OpenLog;
  position: LogPosition;
  /** The log that this one continues, judging by names; undefined if that is not certain. */
  predecessor: number | undefined;
}

/** The logs that still exist, under any name. Must be closed. */
export interface KnownFiles {
  /** By log id, in the order in which they were first read. */
  found: Map<number, FoundLog>;
  /** Files that could not be examined, and why: `/x/access.log: permission denied`. */
  unseen: string[];
  close: () => void;
}

/**
 * Looks for the given logs where they were read, next to it, and at `more` paths and globs. A file is a log if it matches
 * everything remembered of the log's content and is at least as long as the part that was read.
 */
export async function findKnownFiles(
  files: Files,
  known: readonly LogPosition[],
  more: readonly string[],
): Promise<KnownFiles> {
  const found = new Map<number, FoundLog>();
  const unseen = new Set<string>();
  const byPath = new Map<string, number>();
  const ends = known.map(({ offset }) => offset);
  const logs = await discoverAll(files, known, more, unseen);
  for (const file of logs) {
    const log = await openOrSay(files, file, ends, unseen);
    if (!log) continue;
    const position = await identify(files, log, known);
    if (position && log.content.size >= position.offset) byPath.set(file.path, position.id);
    // An uncompressed file is faster to read, and can be read twice.
    if (!position || log.content.size < position.offset || found.get(position.id)?.log.compressed === false) {
      log.close();
      continue;
    }
    found.get(position.id)?.log.close();
    found.set(position.id, { log, position, predecessor: undefined });
  }
  for (const one of found.values()) one.predecessor = predecessorOf(one, byPath);
  return {
    found: new Map([...found].toSorted(([a], [b]) => a - b)),
    unseen: [...unseen],
    close: () => {
      for (const { log } of found.values()) log.close();
    },
  };
}

async function discoverAll(
  files: Files,
  known: readonly LogPosition[],
  more: readonly string[],
  unseen: Set<string>,
): Promise<LogFile[]> {
  const logs = new Map<string, LogFile>();
  const patterns = [...known.flatMap(({ pattern, path }) => [pattern, path]), ...more];
  for (const pattern of new Set(patterns)) {
    try {
      const discovered = await discoverLogs(files, [pattern]);
      for (const log of discovered.logs) if (!logs.has(log.path)) logs.set(log.path, log);
      for (const { path, reason } of discovered.lost) unseen.add(`${path}: ${reason}`);
    } catch (error) {
      if (!isSystemError(error)) throw error;
      unseen.add(`${pattern}: ${reasonOf(error)}`);
    }
  }
  return [...logs.values()];
}

async function openOrSay(
  files: Files,
  file: LogFile,
  ends: readonly number[],
  unseen: Set<string>,
): Promise<OpenLog | undefined> {
  try {
    const log = await openLog(files, file, () => ends);
    if (!isUnreadable(log)) return log;
    unseen.add(`${file.path}: ${UNREADABLE[log.why]}${log.detail === '' ? '' : ` (${log.detail})`}`);
    return undefined;
  } catch (error) {
    if (!isSystemError(error)) throw error;
    if (!isAbsent(error)) unseen.add(`${file.path}: ${reasonOf(error)}`);
    return undefined;
  }
}

const UNREADABLE: Readonly<Record<UnreadableFile['why'], string>> = {
  damaged: 'the compressed file is incomplete or damaged',
  program: 'the program that decompresses it is missing',
  foreign: 'its compression format is not supported',
  stopped: 'the program that decompresses it was stopped',
};

function reasonOf(error: Error): string {
  return errorCode(error) === 'EACCES' ? 'permission denied' : troubleText(error);
}

function predecessorOf({ log, position }: FoundLog, byPath: ReadonlyMap<string, number>): number | undefined {
  if (log.hasHole) return undefined;
  const before = new Set((log.follows ?? []).flatMap((path) => byPath.get(path) ?? []));
  before.delete(position.id);
  const [only, another] = before;
  return another === undefined ? only : undefined;
}
