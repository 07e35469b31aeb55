import { join } from 'node:path';
import { ExportFolder } from '../platform/export-folder.ts';
import { withFile, type Files } from '../platform/files.ts';
import type { Snapshot } from '../store/read.ts';
import { parseFolderState, stateText } from './folder-state.ts';
import { TraceSource, type TraceOptions } from './trace-source.ts';

/** What an export did. */
export interface ExportedTraces {
  source: TraceSource;
  /** Files that were added. */
  files: number;
  /** Nothing was committed to a store since the last export. */
  isUnchanged: boolean;
}

const KIND = { named: 'the traces in', what: 'a folder of traces of monitor', state: 'traces.json' };

/** Bytes of a file, before another is begun. */
const MOST_BYTES = 64 << 20;
const LINE_END = Buffer.from('\n');

/**
 * Adds to a folder what it lacks of the stores' rounds, and makes it if there is none. Takes its lock.
 *
 * The files are complete and on disk before the state counts them: that is the commit. Then they are moved into their places,
 * by the next export after a crash. So a file is there once, also if its reader has removed it by then.
 */
export function exportTraces(
  files: Files,
  dir: string,
  snapshots: readonly Snapshot[],
  options: TraceOptions,
): ExportedTraces {
  const folder = new ExportFolder(files, dir, KIND);
  try {
    const bytes = folder.readState();
    const state = bytes ? parseFolderState(bytes, folder.named) : { files: 0, stores: [] };
    publish(files, folder, state.files);
    const source = new TraceSource(snapshots, state.stores, options);
    // From now on, what is in the folder is ours.
    if (!bytes) folder.writeState(stateText(state));
    if (source.sources.areUnchanged) return { source, files: 0, isUnchanged: true };
    const added = stage(files, folder, state.files, source);
    folder.writeState(stateText({ files: state.files + added, stores: source.sources.marks }));
    publish(files, folder, state.files + added);
    return { source, files: added, isUnchanged: false };
  } catch (error) {
    throw folder.explained(error);
  } finally {
    folder.close();
  }
}

/** Moves files that were committed into their places, and removes the others. */
function publish(files: Files, folder: ExportFolder, committed: number): void {
  for (const name of folder.stagedNames().toSorted()) {
    const number = Number(/^traces-(\d{6,15})\.jsonl$/.exec(name)?.[1]);
    if (number <= committed) files.rename(folder.stagedPath(name), join(folder.root, name));
    else files.remove(folder.stagedPath(name));
  }
  files.syncFolder(folder.root);
}

/** Writes all requests into files, a line each; returns how many files. */
function stage(files: Files, folder: ExportFolder, before: number, source: TraceSource): number {
  const requests = source.requests();
  let next = requests.next();
  let made = 0;
  while (!next.done) {
    const name = `traces-${String(before + ++made).padStart(6, '0')}.jsonl`;
    withFile(files, folder.stagedPath(name), 'publish', (fd) => {
      let length = 0;
      while (!next.done && length < MOST_BYTES) {
        const line = Buffer.concat([next.value.bytes, LINE_END]);
        files.write(fd, line, length);
        length += line.length;
        next = requests.next();
      }
      files.sync(fd);
    });
  }
  if (made > 0) files.syncFolder(folder.stagedFolder);
  return made;
}
