import { InputOutputError } from '../platform/errors.ts';
import { readBytes, withFile, type Files } from '../platform/files.ts';
import { parseIndexLine, tailPath } from './index/index.ts';
import type { State } from './state.ts';

/**
 * Throws if the index holds a later commit than the state counts, other than one that a killed run left: then an old
 * state was restored. Call it only under the lock, because a reader's state may be out of date for a moment.
 */
export function checkNotRestored(files: Files, dir: string, state: State): void {
  const path = tailPath(dir, state.index.generation);
  const { length } = state.index;
  const size = files.stat(path)?.size ?? 0;
  if (size <= length) return;
  const behind = withFile(files, path, 'read', (fd) => readBytes(files, fd, length, size - length));
  for (const text of behind.toString().split('\n')) {
    const line = parseIndexLine(text);
    if (line && 'commit' in line && line.commit > state.commit + 1) {
      throw new InputOutputError(
        `the state is older than the index ${path}: it counts ${state.commit} commits, and the index ${line.commit}. ` +
          'Nothing was changed. Run monitor repair: it can make a new state from the index',
      );
    }
  }
}
