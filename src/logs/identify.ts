import { createHash } from 'node:crypto';
import type { Files } from '../platform/files.ts';
import { agrees } from './fingerprint.ts';
import type { Generation, SeenFile } from './log-position.ts';
import { isUnreadable, openLog, type OpenLog } from './open-log.ts';

/**
 * Which of the known generations a log is. Of several that agree, the one read furthest. Between the windows of a
 * fingerprint there is room for logs that begin alike, so a log shorter than what was read of a generation must prove
 * that it is a copy of it: byte for byte against a file that holds the generation.
 */
export async function identify(
  files: Files,
  log: OpenLog,
  generations: Iterable<Generation>,
): Promise<Generation | undefined> {
  let best: Generation | undefined;
  for (const generation of generations) {
    // One of which nothing was read is a damaged file, and agrees with everything.
    if (generation.offset <= (best?.offset ?? 0)) continue;
    if (!agrees(generation, log.content)) continue;
    if (log.content.size >= generation.offset || (await isCopy(files, log, generation))) best = generation;
  }
  return best;
}

/**
 * Whether a shorter log is a copy of what was read: byte for byte, which a file can tell that still holds it. Where there
 * is none, it is read as a new log. What it has in common with the old one is known round by round; taken for a copy, its
 * new lines would be lost.
 */
async function isCopy(files: Files, log: OpenLog, generation: Generation): Promise<boolean> {
  const { size } = log.content;
  for (const seen of generation.seen) {
    const carrier = seen.path === log.path ? undefined : await openCarrier(files, seen, generation);
    if (!carrier) continue;
    try {
      return (await digestOfStart(carrier, size)) === (await digestOfStart(log, size));
    } finally {
      carrier.close();
    }
  }
  return false;
}

/** A file that certainly holds the generation; undefined if it does not any more. */
async function openCarrier(
  files: Files,
  seen: SeenFile,
  generation: Generation,
): Promise<OpenLog | undefined> {
  const facts = files.stat(seen.path);
  if (!facts || facts.dev !== seen.dev || facts.ino !== seen.ino) return undefined;
  const log = { path: seen.path, pattern: generation.pattern, compressed: seen.gzip !== undefined };
  const carrier = await openLog(files, log, () => [generation.offset]);
  if (isUnreadable(carrier)) return undefined;
  if (carrier.content.size >= generation.offset && agrees(generation, carrier.content)) return carrier;
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
