import { join } from 'node:path';
import { readBytes, withFile, type Files } from '../platform/files.ts';

/*
 * Rounds whose session's file is damaged. The index counts them, as if they had been appended, so every sum is right and
 * the session's file is too short, which a repair mends: it reads them again from their logs, or from this file where the
 * logs are gone. So nothing needs to say how much of this file counts: what the index does not lack is not taken.
 */
export function waitingPath(dir: string): string {
  return join(dir, '.waiting.jsonl');
}

const NEWLINE = 0x0a;

/** Appends lines. Does not sync. A line that a killed run left unfinished gets its end first. */
export function appendWaiting(files: Files, dir: string, lines: readonly string[]): void {
  withFile(files, waitingPath(dir), 'create', (fd) => {
    const { size } = files.facts(fd);
    const isUnfinished = size > 0 && readBytes(files, fd, size - 1, 1)[0] !== NEWLINE;
    files.write(fd, Buffer.from(`${isUnfinished ? '\n' : ''}${lines.join('\n')}\n`), size);
  });
}

/** Once a repair has taken what it needs. If it lacked some rounds, the file is kept under another name. */
export function discardWaiting(files: Files, dir: string, isKept: boolean): void {
  const path = waitingPath(dir);
  if (!files.stat(path)) return;
  if (isKept) files.rename(path, join(dir, '.damaged-waiting.jsonl'));
  else files.remove(path);
  files.syncFolder(dir);
}
