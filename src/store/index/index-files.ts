import { join } from 'node:path';
import type { Files } from '../../platform/files.ts';
import type { ClosedLog } from '../../model/log-position.ts';
import type { State } from '../state.ts';
import type { SessionEntry, SessionHead, SessionUsage } from '../../model/session-entry.ts';
import type { SharedCells } from './shared-cells.ts';

/** The sessions of an index. Entries are made when they are asked for: change none. */
export interface Sessions {
  readonly size: number;
  get(id: string): SessionEntry | undefined;
  has(id: string): boolean;
  keys(): Iterable<string>;
  values(): Iterable<SessionEntry>;
}

/** What can be asked for in less time than all of the entries takes. */
export interface StoredSessions extends Sessions {
  /** The entries without what the sessions used. */
  heads(): Iterable<SessionHead>;
  /** What each session used. */
  usages(): Iterable<SessionUsage>;
  /** The same, summed; undefined where the index holds no sums. */
  sharedCells(): SharedCells | undefined;
}

/** What each session holds and used, and where closed logs were read to. */
export interface Index {
  readonly sessions: Sessions;
  /** By number. They are never forgotten: a copy of one can turn up years later. */
  readonly closed: ReadonlyMap<number, ClosedLog>;
}

/** The index is a base, which is written once, and a tail of what came since: two files of one generation. */
export function basePath(dir: string, generation: number): string {
  return join(dir, `.index-${generation}.base`);
}

export function tailPath(dir: string, generation: number): string {
  return join(dir, `.index-${generation}.jsonl`);
}

/** The files of an index that hold committed bytes, and how many. */
export function committedFiles(
  dir: string,
  { generation, base, length }: State['index'],
): [path: string, length: number][] {
  const files: [string, number][] = [
    [basePath(dir, generation), base],
    [tailPath(dir, generation), length],
  ];
  return files.filter(([, committed]) => committed > 0);
}

/** Removes the files of a generation that no state names any more. */
export function removeIndex(files: Files, dir: string, generation: number): void {
  files.remove(tailPath(dir, generation));
  files.remove(basePath(dir, generation));
}
