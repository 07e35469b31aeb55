/** Everything the rest of the program may use of the index; the file formats stay private to this folder. */
export {
  basePath,
  committedFiles,
  removeIndex,
  tailPath,
  type ChangedSession,
  type Index,
  type Sessions,
  type StoredSessions,
  type TailMoment,
} from './index-files.ts';
export { keyOf } from './base-format.ts';
export { readIndexFiles, type IndexedCommit, type IndexFilesContent } from './salvage.ts';
export { cellsOf, type SharedCells } from './shared-cells.ts';
export { StoredIndex, writeIndexBase } from './stored-index.ts';
export {
  closedLine,
  parseIndexLine,
  positionsLine,
  sessionLine,
  toCell,
  toRow,
  type CellRow,
  type SessionLine,
} from './tail.ts';
