import { crc32 } from '../../platform/digest.ts';
import { isAbsent, readBytes, withFile, type Files } from '../../platform/files.ts';
import { damagedIndex } from './damaged-index.ts';
import { keyOf, type BasePositions, type RawRecord } from './base-format.ts';
import { IndexBase } from './base.ts';
import {
  basePath,
  tailPath,
  type ChangedSession,
  type Index,
  type StoredSessions,
  type TailMoment,
} from './index-files.ts';
import { NameTable } from './name-table.ts';
import { decodeHead, decodeRecord, decodeUsage, idOfRecord, type RecordTerms } from './record.ts';
import { addUp, IndexTail, type PositionsLine } from './tail.ts';
import type { IndexCoverage } from '../../model/index-coverage.ts';
import type { ClosedLog } from '../../model/log-position.ts';
import type { State } from '../state.ts';
import { failuresIn, type CounterPart } from '../../model/cell-counters.ts';
import type { SessionEntry, SessionHead, SessionUsage } from '../../model/session-entry.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import { extendSharedCells, withoutParts, withoutUsage, type SharedCells } from './shared-cells.ts';
import { compareRecords, mergeRecords, recordOf, writeBaseFile, type BaseRecords } from './write-base.ts';

const NO_SESSIONS: ReadonlySet<string> = new Set();

/** The log positions at the time a base is written. */
export type Positions = Omit<BasePositions, 'closed'>;

/** What an index needs of a state. */
export interface IndexPart extends Pick<State, 'index'> {
  coverage?: IndexCoverage | undefined;
}

/** What this process adds to a session of the base and tail. */
interface Changed {
  head: SessionHead;
  added: UsageCell[];
}

/** The index as counted by the state, plus what this process adds. What a crashed run left is ignored. */
export class StoredIndex implements Index {
  readonly sessions: StoredSessions;
  readonly #files: Files;
  readonly #dir: string;
  #base: IndexBase | undefined;
  #tail: IndexTail;
  #tailCrc: number;
  /** What this process added, by id, and the names of these sessions' files in lower case. */
  #changed = new Map<string, Changed>();
  #changedFiles = new Set<string>();
  #closed: Map<number, ClosedLog> | undefined;
  /** Whether the cells in its tail have counters: those of older builds have none. */
  readonly #isCounted: boolean;

  /** Throws InputOutputError if a file of the index is missing (then its cause is ENOENT) or damaged. */
  constructor(files: Files, dir: string, { index, coverage }: IndexPart) {
    const { generation, base, length } = index;
    this.#isCounted = coverage !== undefined;
    this.#files = files;
    this.#dir = dir;
    this.#tail = readTail(files, tailPath(dir, generation), length);
    this.#tailCrc = this.#tail.crc;
    if (base > 0) this.#base = new IndexBase(files, basePath(dir, generation), base);
    const count = (): number => this.#count();
    this.sessions = {
      get size() {
        return count();
      },
      get: (id) => this.#get(id),
      has: (id) => this.head(id) !== undefined,
      keys: () => this.#keys(),
      values: () => this.#decoded(decodeRecord),
      inOrder: () => this.#inOrder(),
      tailCrc: this.#tail.crc,
      changedSince: ([moment]) => moment && this.#changedSince(moment),
      heads: () => this.#decoded<SessionHead>(decodeHead),
      sharedCells: (part, without) => this.#sharedCells(part, without),
      usages: (part) => this.#decoded<SessionUsage>((bytes, terms) => decodeUsage(bytes, terms, part)),
    };
  }

  get closed(): ReadonlyMap<number, ClosedLog> {
    this.#closed ??= new Map(
      [...(this.#base?.positions().closed ?? []), ...this.#tail.closed].map((log) => [log.id, log]),
    );
    return this.#closed;
  }

  /** The log positions as of the last commit that the files have; undefined if they have none. */
  get positions(): Omit<PositionsLine, 'crc'> | undefined {
    return this.#tail.positions ?? this.#base?.positions();
  }

  /** CRC-32 of the tail's bytes. */
  get tailCrc(): number {
    return this.#tailCrc;
  }

  /** Whether a session's file has this name, ignoring case. */
  hasFile(file: string): boolean {
    const name = file.toLowerCase();
    return this.#changedFiles.has(name) || this.#tail.hasFile(name) || this.#base?.hasFile(name) === true;
  }

  /** A session without its usage, which can be large. */
  head(id: string): SessionHead | undefined {
    const head = this.#changed.get(id)?.head ?? this.#tail.headOf(id);
    if (head) return head;
    const row = this.#base?.find(id) ?? -1;
    return row < 0 ? undefined : this.#base?.headAt(row);
  }

  /** Updates a session with a commit's changes, and adds to its usage. */
  add(head: SessionHead, usage: readonly UsageCell[]): void {
    const changed = this.#changed.get(head.id);
    if (changed) {
      changed.head = head;
      // One by one: a hostile log can have more of them than a call may have arguments.
      for (const cell of usage) changed.added.push(cell);
    } else {
      this.#changed.set(head.id, { head, added: [...usage] });
    }
    this.#changedFiles.add(head.file.toLowerCase());
  }

  addClosed(logs: readonly ClosedLog[]): void {
    if (logs.length === 0) return;
    this.#closed = new Map([...this.closed, ...logs.map((log) => [log.id, log] as const)]);
  }

  /** Notes bytes that were appended to the tail. */
  passTail(bytes: Uint8Array): void {
    this.#tailCrc = crc32(bytes, this.#tailCrc);
  }

  /** Continues with the base that was made from this index. */
  rebase({ generation, base }: State['index']): void {
    this.#base?.close();
    this.#base = new IndexBase(this.#files, basePath(this.#dir, generation), base);
    this.#tail = new IndexTail(tailPath(this.#dir, generation), Buffer.alloc(0));
    this.#tailCrc = this.#tail.crc;
    this.#changed = new Map();
    this.#changedFiles = new Set();
  }

  /** Like writeIndexBase, but unchanged records are copied as they are. */
  writeBase(generation: number, positions: Positions): number {
    const later = new Set(this.#laterIds());
    const names = new NameTable(this.#base?.terms.names ?? []);
    const records = mergeRecords(this.#unchangedRecords(later, names), this.#laterRecords(later, names));
    const all = { count: this.sessions.size, records, names: names.names };
    return writeGeneration(this.#files, this.#dir, generation, all, this, positions);
  }

  *#unchangedRecords(later: ReadonlySet<string>, names: NameTable): Generator<RawRecord, void> {
    for (const [base, row, bytes] of this.#recordsBut(later)) {
      yield base.isCurrent ? base.raw(row, bytes) : recordOf(decodeRecord(bytes, base.terms), names);
    }
  }

  /** In the order of a base, each made on demand. */
  *#laterRecords(later: ReadonlySet<string>, names: NameTable): Generator<RawRecord, void> {
    for (const { entry } of this.#laterInOrder(later)) yield recordOf(entry, names);
  }

  *#laterInOrder(later: Iterable<string>): Generator<{ key: Buffer; entry: SessionEntry }, void> {
    const sorted = [...later].map((id) => ({ id, key: keyOf(id) })).toSorted((a, b) => a.key.compare(b.key));
    for (const { id, key } of sorted) {
      const entry = this.#get(id);
      if (entry) yield { key, entry };
    }
  }

  *#inOrder(): Generator<SessionEntry> {
    const later = new Set(this.#laterIds());
    const changed = this.#laterInOrder(later);
    let next = changed.next().value;
    for (const [base, row, bytes] of this.#recordsBut(later)) {
      for (; next && base.compareKey(row, next.key) > 0; next = changed.next().value) yield next.entry;
      yield decodeRecord(bytes, base.terms);
    }
    for (; next; next = changed.next().value) yield next.entry;
  }

  #changedSince({ length, crc }: TailMoment): ChangedSession[] | undefined {
    if (this.#tail.crcOf(length) !== crc) return undefined;
    return this.#tail.idsFrom(length).flatMap((id) => {
      const row = this.#base?.find(id) ?? -1;
      const base = row < 0 ? undefined : this.#base?.entryAt(row);
      const before = addUp(base, this.#tail.linesOf(id, length), this.#isCounted);
      const after = this.#get(id);
      return after ? [{ before, after }] : [];
    });
  }

  close(): void {
    this.#base?.close();
  }

  #get(id: string): SessionEntry | undefined {
    const row = this.#base?.find(id) ?? -1;
    const base = row < 0 ? undefined : this.#base?.entryAt(row);
    const known = addUp(base, this.#tail.linesOf(id), this.#isCounted);
    const changed = this.#changed.get(id);
    return changed ? { ...changed.head, usage: [...(known?.usage ?? []), ...changed.added] } : known;
  }

  #count(): number {
    const isNew = (id: string): boolean => this.#base === undefined || this.#base.find(id) < 0;
    return (this.#base?.size ?? 0) + this.#laterIds().filter(isNew).length;
  }

  /** The sessions that the tail or this process has changed since the base. */
  #laterIds(): string[] {
    return [...new Set([...this.#tail.ids, ...this.#changed.keys()])];
  }

  /** The base's records of all other sessions; the bytes of one are valid until the next. */
  *#recordsBut(later: ReadonlySet<string>): Generator<[base: IndexBase, row: number, bytes: Buffer]> {
    const base = this.#base;
    if (!base) return;
    for (const [row, bytes] of base.records()) {
      if (later.size === 0 || !later.has(idOfRecord(bytes))) yield [base, row, bytes];
    }
  }

  *#keys(): Generator<string> {
    const later = new Set(this.#laterIds());
    for (const [, , bytes] of this.#recordsBut(later)) yield idOfRecord(bytes);
    yield* later;
  }

  #sharedCells(part: CounterPart | undefined, without = NO_SESSIONS): SharedCells | undefined {
    const shared = this.#base?.sharedCells(part);
    if (!shared) return undefined;
    const known = new Map<number, UsageCell[]>();
    const added: UsageCell[][] = [];
    for (const id of this.#laterIds()) {
      if (without.has(id)) continue;
      const usage = this.#laterUsage(id);
      const row = this.#base?.find(id) ?? -1;
      if (row < 0) added.push(usage);
      else known.set(row, usage);
    }
    if (without.size === 0) return extendSharedCells(shared, known, added);
    const { places, usage } = this.#inBase(without, part);
    return withoutParts(extendSharedCells(withoutUsage(shared, usage), known, added), places);
  }

  /** The positions of sessions in the base, and what they used there. */
  #inBase(
    ids: ReadonlySet<string>,
    part: CounterPart | undefined,
  ): { places: ReadonlySet<number>; usage: UsageCell[] } {
    const places = new Set<number>();
    const usage: UsageCell[] = [];
    for (const id of ids) {
      const row = this.#base?.find(id) ?? -1;
      const entry = row < 0 ? undefined : this.#base?.entryAt(row);
      if (!entry) continue;
      places.add(row);
      for (const cell of entry.usage)
        usage.push(part === 'failures' ? { ...cell, counters: failuresIn(cell.counters) } : cell);
    }
    return { places, usage };
  }

  /** What the tail and this process add to a session of the base. */
  #laterUsage(id: string): UsageCell[] {
    const inTail = addUp(undefined, this.#tail.linesOf(id), this.#isCounted)?.usage ?? [];
    return [...inTail, ...(this.#changed.get(id)?.added ?? [])];
  }

  *#decoded<T extends Pick<SessionEntry, 'id'>>(
    decode: (bytes: Buffer, terms: RecordTerms) => T,
  ): Generator<T | SessionEntry> {
    const later = new Set(this.#laterIds());
    for (const [base, , bytes] of this.#recordsBut(NO_SESSIONS)) {
      const session = decode(bytes, base.terms);
      if (!later.has(session.id)) yield session;
    }
    for (const id of later) {
      const entry = this.#get(id);
      if (entry) yield entry;
    }
  }
}

/** Writes an index as the base of a new generation with an empty tail, and syncs the folder; returns its length. */
export function writeIndexBase(
  files: Files,
  dir: string,
  generation: number,
  index: Index,
  positions: Positions,
): number {
  const names = new NameTable([]);
  const records = Array.from(index.sessions.values(), (entry) => recordOf(entry, names));
  const all = { count: records.length, records: records.toSorted(compareRecords), names: names.names };
  return writeGeneration(files, dir, generation, all, index, positions);
}

function writeGeneration(
  files: Files,
  dir: string,
  generation: number,
  records: BaseRecords,
  { closed }: Index,
  positions: Positions,
): number {
  const all = { ...positions, closed: [...closed.values()] };
  const length = writeBaseFile(files, basePath(dir, generation), records, all);
  // A killed run may have left one.
  files.remove(tailPath(dir, generation));
  files.syncFolder(dir);
  return length;
}

function readTail(files: Files, path: string, length: number): IndexTail {
  if (length === 0) return new IndexTail(path, Buffer.alloc(0));
  try {
    const bytes = withFile(files, path, 'read', (fd) => readBytes(files, fd, 0, length));
    if (bytes.length === length) return new IndexTail(path, bytes);
    throw damagedIndex(path, `is ${bytes.length} bytes long, but ${length} were committed`);
  } catch (error) {
    throw isAbsent(error) ? damagedIndex(path, 'is missing', error) : error;
  }
}
