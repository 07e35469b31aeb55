import { withFile, type FileFacts, type Files } from '../platform/files.ts';
import type { LogFile } from '../logs/discover.ts';
import { identify } from '../logs/identify.ts';
import { HELD_MS } from '../logs/open-line.ts';
import { gzipDigest, openPlainLog } from '../logs/open-log.ts';
import { isUnchanged } from '../logs/seen-file.ts';
import type { LogPosition } from '../model/log-position.ts';
import { committedFiles } from '../store/index/index.ts';
import { readStateFile, type State } from '../store/state.ts';
import type { Store } from '../store/store.ts';
import { findUnread } from './known-logs.ts';
import { isLeftOut, leftOutText } from './left-out.ts';
import type { Tally } from './tally.ts';
import { isReadable } from './unread-file.ts';

/** The store's logs if a run over these files would change and report nothing; undefined otherwise. */
export async function findNothingNew(
  files: Files,
  store: Store,
  logs: readonly LogFile[],
  now: number,
  tally: Pick<Tally, 'warn'>,
): Promise<LogPosition[] | undefined> {
  const { state, hasChecksum } = readStateFile(files, store.statePath, store.id);
  // A run compares it with the index, and converts it.
  if (!hasChecksum) return undefined;
  const isSame = isIndexThere(files, store, state) && (await isUpToDate(files, logs, state.logs, now, tally));
  return isSame ? state.logs : undefined;
}

/** How many lines of these logs are still incomplete. */
export function countHeld(known: readonly LogPosition[], logs: readonly LogFile[]): number {
  const patterns = new Set(logs.map((log) => log.pattern));
  return known.reduce((sum, { pattern, open }) => sum + (patterns.has(pattern) ? (open?.length ?? 0) : 0), 0);
}

/** Whether lines of a log have waited so long for their next part that they count as complete. */
export function isOverdue({ open }: LogPosition, { mtime }: FileFacts, now: number): boolean {
  return open !== undefined && now - mtime >= HELD_MS;
}

/** Whether the index files have their committed lengths; if not, opening them reports it. */
function isIndexThere(files: Files, { dir }: Store, { index }: State): boolean {
  return committedFiles(dir, index).every(([path, length]) => (files.stat(path)?.size ?? 0) >= length);
}

/**
 * Whether a run would find nothing to do: every log is known and has no byte past its offset, and no known log of
 * these paths is gone. Such a run takes no lock and writes nothing.
 */
async function isUpToDate(
  files: Files,
  logs: readonly LogFile[],
  known: readonly LogPosition[],
  now: number,
  tally: Pick<Tally, 'warn'>,
): Promise<boolean> {
  const present = new Set<number>();
  for (const log of logs) {
    const position = await findQuiet(files, log, known, now, tally);
    if (position === undefined) return false;
    if (position !== 'empty') present.add(position.id);
  }
  const patterns = new Set(logs.map((log) => log.pattern));
  return known.every(
    ({ id, pattern, missing }) => !patterns.has(pattern) || (present.has(id) && missing === 0),
  );
}

async function findQuiet(
  files: Files,
  log: LogFile,
  known: readonly LogPosition[],
  now: number,
  tally: Pick<Tally, 'warn'>,
): Promise<LogPosition | 'empty' | undefined> {
  const facts = files.stat(log.path);
  if (!facts) return undefined;
  try {
    return await findReadable(files, log, facts, known, now);
  } catch (error) {
    if (!isLeftOut(log, error)) throw error;
    const position = findUnread(known, facts);
    // A run has something to note.
    if (position && (position.size < facts.size || position.path !== log.path)) return undefined;
    const unread = facts.size - (position?.offset ?? 0);
    if (unread > 0) tally.warn(log.path, leftOutText(unread));
    return position ?? 'empty';
  }
}

async function findReadable(
  files: Files,
  log: LogFile,
  facts: FileFacts,
  known: readonly LogPosition[],
  now: number,
): Promise<LogPosition | 'empty' | undefined> {
  const seen = findSeen(files, log, facts, known);
  if (seen) {
    const isDue = (seen.unread && isReadable(seen.unread)) || isOverdue(seen, facts, now);
    return isDue ? undefined : seen;
  }
  if (log.compressed) return undefined;
  const open = openPlainLog(files, log);
  try {
    if (open.facts.size === 0) return 'empty';
    const position = await identify(files, open, known);
    if (!position || isOverdue(position, open.facts, now)) return undefined;
    return open.facts.size <= position.offset ? position : undefined;
  } finally {
    open.close();
  }
}

/** The log of a file that is unchanged, or of a finished compressed file under another name. */
export function findSeen(
  files: Files,
  log: LogFile,
  facts: FileFacts,
  known: readonly LogPosition[],
): LogPosition | undefined {
  const unchanged = known.find(({ seen }) => seen.some((file) => isUnchanged(file, facts)));
  if (unchanged || !log.compressed) return unchanged;
  const digest = withFile(files, log.path, 'given', (fd) => gzipDigest(files, fd, facts.size));
  return known.find(({ seen }) => seen.some((file) => file.gzip === digest));
}
