import { withFile, type FileFacts, type Files } from '../platform/files.ts';
import type { LogFile } from '../logs/discover.ts';
import { isUnchanged, type Generation } from '../logs/log-position.ts';
import { identify } from '../logs/identify.ts';
import { HELD_MS } from '../logs/open-line.ts';
import { gzipDigest, openPlainLog } from '../logs/open-log.ts';
import { committedFiles } from '../store/index/index.ts';
import { readState, type State } from '../store/state.ts';
import type { Store } from '../store/store.ts';
import { asGeneration } from './known-logs.ts';
import { isReadable } from './unread-file.ts';

/**
 * The logs that a store knows, where a run over these logs would change nothing in it, and have nothing to say of it;
 * undefined where it would.
 */
export async function findNothingNew(
  files: Files,
  store: Store,
  logs: readonly LogFile[],
  now: number,
): Promise<Generation[] | undefined> {
  const state = readState(files, store.statePath, store.id);
  const generations = state.logs.map(asGeneration);
  const isSame = isIndexThere(files, store, state) && (await isUpToDate(files, logs, generations, now));
  return isSame ? generations : undefined;
}

/** How many lines of these logs are begun and not ended. */
export function countHeld(generations: readonly Generation[], logs: readonly LogFile[]): number {
  const patterns = new Set(logs.map((log) => log.pattern));
  return generations.reduce(
    (sum, { pattern, open }) => sum + (patterns.has(pattern) ? (open?.length ?? 0) : 0),
    0,
  );
}

/** Whether lines of a log wait for parts that have not come for so long that they end as they are. */
export function isOverdue({ open }: Generation, { mtime }: FileFacts, now: number): boolean {
  return open !== undefined && now - mtime >= HELD_MS;
}

/** Whether the files of the index are as long as was committed: who opens them says what is wrong with others. */
function isIndexThere(files: Files, { dir }: Store, { index }: State): boolean {
  return committedFiles(dir, index).every(([path, length]) => (files.stat(path)?.size ?? 0) >= length);
}

/**
 * Whether a run would find nothing to do: each log is a known one without a byte behind its offset, and no known log
 * of these paths is gone. Such a run takes no lock and writes nothing.
 */
async function isUpToDate(
  files: Files,
  logs: readonly LogFile[],
  generations: readonly Generation[],
  now: number,
): Promise<boolean> {
  const present = new Set<number>();
  for (const log of logs) {
    const generation = await findQuiet(files, log, generations, now);
    if (generation === undefined) return false;
    if (generation !== 'empty') present.add(generation.id);
  }
  const patterns = new Set(logs.map((log) => log.pattern));
  return generations.every(
    ({ id, pattern, missing }) => !patterns.has(pattern) || (present.has(id) && missing === 0),
  );
}

async function findQuiet(
  files: Files,
  log: LogFile,
  generations: readonly Generation[],
  now: number,
): Promise<Generation | 'empty' | undefined> {
  const facts = files.stat(log.path);
  if (!facts) return undefined;
  const known = findSeen(files, log, facts, generations);
  if (known) {
    const isAsked = (known.unread && isReadable(known.unread)) || isOverdue(known, facts, now);
    return isAsked ? undefined : known;
  }
  if (log.compressed) return undefined;
  const open = openPlainLog(files, log);
  try {
    if (open.facts.size === 0) return 'empty';
    const generation = await identify(files, open, generations);
    if (!generation || isOverdue(generation, open.facts, now)) return undefined;
    return open.facts.size <= generation.offset ? generation : undefined;
  } finally {
    open.close();
  }
}

/** The generation of a file that is what it was, or of a finished compressed file under another name. */
export function findSeen(
  files: Files,
  log: LogFile,
  facts: FileFacts,
  generations: readonly Generation[],
): Generation | undefined {
  const unchanged = generations.find(({ seen }) => seen.some((file) => isUnchanged(file, facts)));
  if (unchanged || !log.compressed) return unchanged;
  const digest = withFile(files, log.path, 'read', (fd) => gzipDigest(files, fd, facts.size));
  return generations.find(({ seen }) => seen.some((file) => file.gzip === digest));
}
