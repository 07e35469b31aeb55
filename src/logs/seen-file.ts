import type { SeenFile } from '../model/log-position.ts';
import type { FileFacts } from '../platform/files.ts';

/** A file system's clock ticks coarsely: a file changed within this time may change again unseen. */
const YOUNG_MS = 2000;

export function seeFile(path: string, facts: FileFacts, now: number, gzip?: string): SeenFile {
  return {
    path,
    dev: facts.dev,
    ino: facts.ino,
    size: facts.size,
    mtime: facts.mtime,
    ctime: facts.ctime,
    young: now - facts.ctime < YOUNG_MS,
    ...(gzip === undefined ? {} : { gzip }),
  };
}

/** Whether a file is certainly what it was when it was last looked at. */
export function isUnchanged(seen: SeenFile, facts: FileFacts): boolean {
  return (
    !seen.young &&
    seen.dev === facts.dev &&
    seen.ino === facts.ino &&
    seen.size === facts.size &&
    seen.mtime === facts.mtime &&
    seen.ctime === facts.ctime
  );
}
