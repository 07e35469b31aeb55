import { createHash } from 'node:crypto';
import type { Files } from '../platform/files.ts';
import type { LogPosition, SeenFile } from '../model/log-position.ts';
import { agrees } from './fingerprint.ts';
import { isUnreadable, openLog, type OpenLog } from './open-log.ts';

/**
 * Which of the known logs a file is: of several that agree, the one read furthest. Logs that begin alike can differ
 * between the windows of a fingerprint. So if a file is shorter than what was read of a log, it is compared byte for
 * byte with another file of that log.
 */
export async function identify(
  files: Files,
  log: OpenLog,
  known: Iterable<LogPosition>,
): Promise<LogPosition | undefined> {
  let best: LogPosition | undefined;
  for (const position of known) {
    // A log of which nothing was read is a damaged file, and would agree with every log.
    if (position.offset <= (best?.offset ?? 0)) continue;
    if (!agrees(position, log.content)) continue;
    if (log.content.size >= position.offset || (await isCopy(files, log, position))) best = position;
  }
  return best;
}

/**
 * Whether a shorter log is a copy of what was read: byte for byte, compared with a file that still holds it. Without such
 * a file it is read as a new log, whose lines are recognized round by round. Taken for a copy, it could lose new lines.
 */
async function isCopy(files: Files, log: OpenLog, position: LogPosition): Promise<boolean> {
  const { size } = log.content;
  for (const seen of position.seen) {
    const carrier = seen.path === log.path ? undefined : await openCarrier(files, seen, position);
    if (!carrier) continue;
    try {
      return (await digestOfStart(carrier, size)) === (await digestOfStart(log, size));
    } finally {
      carrier.close();
    }
  }
  return false;
}

/** Opens a file that had what was read of a log; undefined if it no longer does. */
async function openCarrier(
  files: Files,
  seen: SeenFile,
  position: LogPosition,
): Promise<OpenLog | undefined> {
  const facts = files.stat(seen.path);
  if (!facts || facts.dev !== seen.dev || facts.ino !== seen.ino) return undefined;
  const log = { path: seen.path, pattern: position.pattern, compressed: seen.gzip !== undefined };
  const carrier = await openLog(files, log, () => [position.offset]);
  if (isUnreadable(carrier)) return undefined;
  if (carrier.content.size >= position.offset && agrees(position, carrier.content)) return carrier;
  carrier.close();
  return undefined;
}

async function digestOfStart(log: OpenLog, length: number): Promise<string> {
  const hash = createHash('sha256');
  let left = length;
  for await (const chunk of log.chunks(0)) {
    hash.update(chunk.subarray(0, left));
    left -= Math.min(left, chunk.length);
    if (left === 0) break;
  }
  return hash.digest('base64');
}
