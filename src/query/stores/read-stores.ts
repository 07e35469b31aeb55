import { nodeFiles, type Files } from '../../platform/files.ts';
import { readSnapshot, type Snapshot } from '../../store/read.ts';
import { joinSnapshots } from './joined-snapshot.ts';

/** Reads the last commit of a store, or of several as one. Throws InputOutputError for one that cannot be read. */
export function readStores(dirs: readonly string[], files: Files = nodeFiles): Snapshot {
  const [first = '', ...others] = dirs;
  if (others.length === 0) return readSnapshot(first, files);
  return joinSnapshots(dirs.map((dir) => readSnapshot(dir, files)));
}
