import { readBytes, withFile, type Files } from '../platform/files.ts';
import { agrees } from './fingerprint.ts';
import type { Generation } from './generation.ts';
import type { OpenLog } from './open-log.ts';

/**
 * Which of the known generations a log is. Of several that agree, the one read furthest. A log shorter than what
 * was read of a generation must be its prefix byte for byte where both files are at hand, uncompressed: windows leave room
 * between them for logs that begin alike.
 */
export function identify(
  files: Files,
  log: OpenLog,
  generations: Iterable<Generation>,
): Generation | undefined {
  let best: Generation | undefined;
  for (const generation of generations) {
    if (best && generation.offset <= best.offset) continue;
    if (agrees(generation, log.content) && isPrefixWhereKnown(files, log, generation)) best = generation;
  }
  return best;
}

function isPrefixWhereKnown(files: Files, log: OpenLog, generation: Generation): boolean {
  if (log.gzip || log.content.size >= generation.offset) return true;
  const carrier = generation.seen.find((seen) => {
    const facts = seen.gzip === undefined && seen.path !== log.path ? files.stat(seen.path) : undefined;
    return (
      facts !== undefined &&
      facts.dev === seen.dev &&
      facts.ino === seen.ino &&
      facts.size >= log.content.size
    );
  });
  return carrier === undefined || haveSameStart(files, carrier.path, log.path, log.content.size);
}

const COMPARED_BYTES = 1 << 18;

function haveSameStart(files: Files, one: string, other: string, length: number): boolean {
  return withFile(files, one, 'read', (a) =>
    withFile(files, other, 'read', (b) => {
      for (let at = 0; at < length; at += COMPARED_BYTES) {
        const bytes = Math.min(COMPARED_BYTES, length - at);
        if (!readBytes(files, a, at, bytes).equals(readBytes(files, b, at, bytes))) return false;
      }
      return true;
    }),
  );
}
