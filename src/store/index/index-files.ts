import { join } from 'node:path';
import type { Files } from '../../platform/files.ts';
import type { ClosedLog } from '../../model/log-position.ts';
import type { State } from '../state.ts';
import type { CounterPart } from '../../model/cell-counters.ts';
import type { SessionEntry, SessionHead, SessionUsage } from '../../model/session-entry.ts';
import type { SharedCells } from './shared-cells.ts';

/** The sessions of an index. Entries are decoded on request; do not modify them. */
export interface Sessions {
  readonly size: number;
  get(id: string): SessionEntry | undefined;
  has(id: string): boolean;
  keys(): Iterable<string>;
  values(): Iterable<SessionEntry>;
}

/** A session that commits have changed: its entry before them, if there was one, and now. */
export interface ChangedSession {
  before: SessionEntry | undefined;
  after: SessionEntry;
}

/** Parts of the entries that can be read faster than whole entries. */
export interface StoredSessions extends Sessions {
  /** How many more sessions a report would find than were fetched for it; absent: none. They rank lower. */
  readonly unlisted?: number;
  /** The entries in the order of the digests of their ids, which a new base does not change. */
  inOrder(): Iterable<SessionEntry>;
  /** CRC-32 of the tail's committed bytes. */
  readonly tailCrc: number;
  /**
   * What commits have changed since the tail was `length` bytes long, with this CRC-32; undefined if it never was: a store
   * that was restored from a backup can have gone on differently.
   */
  changedSince(length: number, crc: number): ChangedSession[] | undefined;
  /** The entries without what the sessions used. */
  heads(): Iterable<SessionHead>;
  /** The usage of each session, with at least this part of the counters; all without one. */
  usages(part?: CounterPart): Iterable<SessionUsage>;
  /**
   * The same, summed; undefined if the index has no sums. Sessions can be left out (`without`): cells of which nothing is
   * left are in the bucket NOWHERE.
   */
  sharedCells(part?: CounterPart, without?: ReadonlySet<string>): SharedCells | undefined;
}

/** The sessions with their usage, and the positions of closed logs. */
export interface Index {
  readonly sessions: Sessions;
  /** By number. They are kept for good: a copy of one can turn up years later. */
  readonly closed: ReadonlyMap<number, ClosedLog>;
}

/** An index is two files of one generation: a base, which is written once, and a tail of later changes. */
export function basePath(dir: string, generation: number): string {
  return join(dir, `.index-${generation}.base`);
}

export function tailPath(dir: string, generation: number): string {
  return join(dir, `.index-${generation}.jsonl`);
}

/** The files of an index that hold committed bytes, and the number of these bytes. */
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
