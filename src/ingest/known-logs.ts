import type { FileFacts, Files } from '../platform/files.ts';
import type { LogFile } from '../logs/discover.ts';
import { identify } from '../logs/identify.ts';
import type { OpenLog, UnreadableFile } from '../logs/open-log.ts';
import { seeFile } from '../logs/seen-file.ts';
import { isLog, type ClosedLog, type LogPosition, type OpenLine } from '../model/log-position.ts';
import type { State } from '../store/state.ts';
import { LogTimes } from './known/log-times.ts';
import type { LogReading } from './log-reading.ts';
import type { Gap } from './tally.ts';

/** An open line that will never be finished, and the path of its log. */
export interface AbandonedLine {
  path: string;
  line: OpenLine;
}

/** The logs that a store knows, and which of them a run has found. */
export class KnownLogs {
  readonly #files: Files;
  readonly #open: Map<number, LogPosition>;
  readonly #loadClosed: () => ReadonlyMap<number, ClosedLog>;
  readonly #present = new Set<number>();
  /** The logs with an uncompressed file. */
  readonly #plain = new Set<number>();
  /** The files found by this run, by path, each with its log. */
  readonly #met = new Map<string, { file: LogFile; position: LogPosition }>();
  readonly #firstNew: number;
  readonly #closedUntil: () => number;

  /** `closed` loads the logs whose files were gone. It is called only for a file that matches no open log. */
  constructor(
    files: Files,
    state: State,
    closed: () => ReadonlyMap<number, ClosedLog>,
    closedUntil: () => number,
  ) {
    this.#closedUntil = closedUntil;
    this.#files = files;
    this.#loadClosed = closed;
    this.#firstNew = state.next_log;
    this.#open = new Map(structuredClone(state.logs).map((log) => [log.id, log]));
  }

  /** Decides by time which lines of a log no other log can have. */
  timesOf({ id, offset, times }: LogPosition): LogTimes {
    const closedUntil = this.#closedUntil();
    // Older stores do not have the times of a log's lines.
    const unknown = [0, closedUntil] as const;
    const others = this.open.filter((log) => log.id !== id && log.offset > 0);
    const ranges = others.map((log) => log.times ?? unknown);
    return new LogTimes(times ?? (offset > 0 ? unknown : undefined), ranges, closedUntil);
  }

  /** Logs whose files exist, or did when they were last looked for. */
  get open(): LogPosition[] {
    return [...this.#open.values()];
  }

  /** The id of the next new log. */
  get nextId(): number {
    return Math.max(this.#firstNew, ...[...this.#open.keys()].map((id) => id + 1));
  }

  /** Offsets at which known logs ended. */
  ends(): number[] {
    return [...this.open, ...this.#closed()].map(({ offset }) => offset);
  }

  /** The position of a known log, or of a new one. The file no longer counts as seen for another log. */
  async positionOf(log: OpenLog): Promise<LogPosition> {
    const known =
      (await identify(this.#files, log, this.#open.values())) ??
      (await identify(this.#files, log, this.#closed()));
    this.#dropSeen(log.path);
    return known ?? newLog(this.nextId, log);
  }

  /** Remembers a log once at least one of its lines was taken. */
  add(position: LogPosition): void {
    this.#open.set(position.id, position);
  }

  /** Notes that the file was read to its end. A log without a taken line is not remembered. */
  finish({ log, position }: LogReading, now: number): void {
    if (position.offset === 0) return;
    this.add(position);
    this.markPresent(position, log);
    position.size = Math.max(position.size, log.content.size);
    noteJunk(position, log);
    position.seen = [
      ...position.seen.filter(({ path }) => path !== log.path),
      seeFile(log.path, log.facts, now, log.gzipDigest),
    ];
  }

  markPresent(position: LogPosition, file: LogFile): void {
    this.#present.add(position.id);
    this.#met.set(file.path, { file, position });
    if (!file.compressed) this.#plain.add(position.id);
    position.missing = 0;
    position.path = file.path;
    position.pattern = file.pattern;
  }

  /** Whether a writer can still finish the log's last line: it has an uncompressed file. */
  isPlain(position: LogPosition): boolean {
    return this.#plain.has(position.id);
  }

  /** The log that this run found at a path; undefined if nothing was read from it. */
  at(path: string): LogPosition | undefined {
    return this.#met.get(path)?.position;
  }

  /** A file of a log that this run found, uncompressed if possible. */
  fileOf(id: number): { file: LogFile; position: LogPosition } | undefined {
    const met = [...this.#met.values()].filter(({ position }) => position.id === id);
    return met.find(({ file }) => !file.compressed) ?? met[0];
  }

  /** Where a log was last read. */
  pathOf(id: number): string | undefined {
    return this.#open.get(id)?.path;
  }

  /** Removes and returns the open lines of logs whose container moved on to another log without finishing them. */
  takeOvertaken(logs: readonly LogFile[]): AbandonedLine[] {
    return logs.flatMap(({ path, follows = [] }) => {
      const successor = this.at(path);
      if (!successor) return [];
      const before = new Set(follows.flatMap((one) => this.at(one) ?? []));
      before.delete(successor);
      // While half a line is there, a writer may still be adding to it.
      return [...before].filter(({ size, offset }) => size === offset).flatMap(takeOpenLines);
    });
  }

  /**
   * The log that a file continues; undefined if that is not certain. A file that was truncated in place lacks what
   * its writer wrote between the copy and the truncation.
   */
  predecessorOf({ path, follows = [], hasHole }: LogFile, { dev, ino }: FileFacts): LogPosition | undefined {
    if (hasHole) return undefined;
    const before = new Set(follows.flatMap((one) => this.at(one) ?? []));
    const [position, another] = before;
    if (!position || another) return undefined;
    const isSameFile = position.seen.some((s) => s.path === path && s.dev === dev && s.ino === ino);
    return isSameFile ? undefined : position;
  }

  /**
   * Remembers an unreadable compressed file, so that it is reported once, and examined again only when it has changed or
   * the program that it needs is installed. False while it is too new to be called damaged. If its program was stopped,
   * every run reports it.
   */
  addUnread(file: LogFile, facts: FileFacts, { digest, ...unread }: UnreadableFile, now: number): boolean {
    // A damaged file may be repaired in the middle, with both ends unchanged.
    const seen = seeFile(file.path, facts, now, unread.why === 'damaged' ? undefined : digest);
    if (unread.why === 'stopped') return true;
    if (seen.young && unread.why === 'damaged') return false;
    this.#dropSeen(file.path);
    const position = { ...newLog(this.nextId, file), unread, seen: [seen] };
    this.add(position);
    this.#present.add(position.id);
    return true;
  }

  /**
   * Notes that a file is there which this user may not read: its log is not gone. Returns how many of its bytes may be
   * unread.
   */
  leaveOut({ path }: LogFile, facts: FileFacts): number {
    const position = findUnread(this.#open.values(), facts);
    if (!position) return facts.size;
    this.#present.add(position.id);
    position.missing = 0;
    position.path = path;
    position.size = Math.max(position.size, facts.size);
    position.seen = position.seen.map((seen) => (isSameFile(seen, facts) ? { ...seen, path } : seen));
    return facts.size - position.offset;
  }

  /** The file at a path no longer counts as seen. */
  #dropSeen(path: string): void {
    for (const position of this.#open.values()) {
      position.seen = position.seen.filter((seen) => seen.path !== path);
      if (position.offset === 0 && position.seen.length === 0) this.#open.delete(position.id);
    }
  }

  /** Closes logs that two runs in a row did not find. Their unread bytes are a gap, reported once. */
  closeAbsent(
    patterns: ReadonlySet<string>,
    now: number,
  ): { gaps: Gap[]; closed: LogPosition[]; open: AbandonedLine[] } {
    const open: AbandonedLine[] = [];
    const gaps: Gap[] = [];
    const closed: LogPosition[] = [];
    for (const position of this.open) {
      if (this.#present.has(position.id) || !patterns.has(position.pattern)) continue;
      position.missing++;
      if (position.missing < 2) continue;
      this.#open.delete(position.id);
      if (position.offset === 0) continue;
      const known = Math.max(position.offset, position.lost ?? 0);
      if (position.size > known) gaps.push({ path: position.path, bytes: position.size - known });
      open.push(...takeOpenLines(position));
      closed.push({ ...position, seen: [], lost: Math.max(known, position.size), closed: now });
    }
    return { gaps, closed, open };
  }

  #closed(): LogPosition[] {
    return [...this.#loadClosed().values()].filter(isLog);
  }
}

/**
 * The log of a file that cannot be opened, judging by its number in the file system and its size. File systems give the
 * number of a file that is gone to a new one, so the newest log counts.
 */
export function findUnread(known: Iterable<LogPosition>, facts: FileFacts): LogPosition | undefined {
  let found: LogPosition | undefined;
  for (const position of known) {
    const { id, offset, seen } = position;
    if (offset === 0 || facts.size < offset || id < (found?.id ?? 0)) continue;
    if (seen.some((file) => isSameFile(file, facts))) found = position;
  }
  return found;
}

function isSameFile(a: Pick<FileFacts, 'dev' | 'ino'>, b: Pick<FileFacts, 'dev' | 'ino'>): boolean {
  return a.dev === b.dev && a.ino === b.ino;
}

function takeOpenLines(position: LogPosition): AbandonedLine[] {
  const lines = (position.open ?? []).map((line) => ({ path: position.path, line }));
  delete position.open;
  return lines;
}

/** Bytes behind the last gzip member may be a damaged one. That is known until a file of the log has none. */
function noteJunk(position: LogPosition, { junkBytes }: OpenLog): void {
  if (junkBytes === undefined) return;
  if (junkBytes === 0) delete position.unread;
  else position.unread = { why: 'damaged', bytes: junkBytes, form: 'gzip', detail: 'the end' };
}

function newLog(id: number, { pattern, path }: LogFile): LogPosition {
  return { id, pattern, path, size: 0, missing: 0, seen: [], offset: 0, head: '', windows: [], last: '' };
}
