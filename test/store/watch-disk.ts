import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect } from 'vitest';
import { nodeFiles, type Files } from '../../src/platform/files.ts';

/** The real files, and which of them a power failure could lose. That must be none whenever something is renamed. */
export function watchDisk(): { files: Files; unsynced: Set<string> } {
  const unsynced = new Set<string>();
  const paths = new Map<number, string>();
  const change = (fd: number): unknown => unsynced.add(paths.get(fd) ?? '');
  const files: Files = {
    ...nodeFiles,
    open(path, how) {
      const isNew = !existsSync(path);
      const fd = nodeFiles.open(path, how);
      paths.set(fd, path);
      if (isNew && !path.endsWith('.tmp')) unsynced.add(dirname(path));
      return fd;
    },
    write(...args) {
      nodeFiles.write(...args);
      change(args[0]);
    },
    truncate(...args) {
      nodeFiles.truncate(...args);
      change(args[0]);
    },
    sync: (fd) => unsynced.delete(paths.get(fd) ?? ''),
    syncFolder: (path) => unsynced.delete(path),
    syncAll() {
      unsynced.clear();
      return true;
    },
    rename(from, to) {
      expect([...unsynced]).toEqual([]);
      nodeFiles.rename(from, to);
      unsynced.add(dirname(to));
    },
  };
  return { files, unsynced };
}
