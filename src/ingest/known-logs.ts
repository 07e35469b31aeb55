import type { FileFacts, Files } from '../platform/files.ts';
import type { LogFile } from '../logs/discover.ts';
import { seeFile, type Generation } from '../logs/log-position.ts';
import { identify } from '../logs/identify.ts';
import type { OpenLine } from '../logs/open-line.ts';
import type { OpenLog, UnreadableFile } from '../logs/open-log.ts';
import type { LogPosition, State } from '../store/state.ts';
import { isImported } from './imported/imported-log.ts';
import { LogTimes } from './known/log-times.ts';
import type { LogReading } from './log-reading.ts';
import type { Gap } from './tally.ts';

/** An open line that nothing can finish any more, and the path of its log. */
export interface AbandonedLine {
  path: string;
  line: OpenLine;
}

/** The log generations that a store knows, and which of them a run has met. */
export class KnownLogs {
  readonly #files: Files;
  readonly #open: Map<number, Generation>;
  readonly #loadClosed: () => ReadonlyMap<number, LogPosition>;
  readonly #present = new Set<number>();
  /** Those of which a file is there that is not compressed. */
  readonly #plain = new Set<number>();
  /** The files that this run met, by their paths, with what each is. */
  readonly #met = new Map<string, { file: LogFile; generation: Generation }>();
  readonly #firstNew: number;
  readonly #closedUntil: () => number;

  /** `closed` loads the logs whose files were gone: they are asked only for a file that no other log explains. */
  constructor(
    files: Files,
    state: State,
    closed: () => ReadonlyMap<number, LogPosition>,
    closedUntil: () => number,
  ) {
    this.#closedUntil = closedUntil;
    this.#files = files;
    this.#loadClosed = closed;
    this.#firstNew = state.next_log;
    this.#open = new Map(structuredClone(state.logs).map((log) => [log.id, asGeneration(log)]));
  }

  /** What tells the lines of a log that no other can have, by their times. */
  timesOf({ id, offset, times }: Generation): LogTimes {
    const closedUntil = this.#closedUntil();
    // Older stores do not say when the lines of a log were.
    const unknown = [-Infinity, closedUntil] as const;
    const others = this.open.filter((log) => log.id !== id && log.offset > 0);
    const ranges = others.map((log) => log.times ?? unknown);
    return new LogTimes(times ?? (offset > 0 ? unknown : undefined), ranges, closedUntil);
  }

  /** Logs whose files are there, or were when they were last looked for. */
  get open(): Generation[] {
    return [...this.#open.values()];
  }

  /** The number of the next new generation. */
  get nextId(): number {
    return Math.max(this.#firstNew, ...[...this.#open.keys()].map((id) => id + 1));
  }

  /** Places at which known logs ended. */
  ends(): number[] {
    return [...this.open, ...this.#closed()].map(({ offset }) => offset);
  }

  /** The generation that a log is, or a new one. From now on the file is not taken for another's any more. */
  async generationOf(log: OpenLog): Promise<Generation> {
    const known =
      (await identify(this.#files, log, this.#open.values())) ??
      (await identify(this.#files, log, this.#closed()));
    this.#dropSeen(log.path);
    return known ?? newGeneration(this.nextId, log);
  }

  /** Remembers a generation of which at least one line was taken. */
  add(generation: Generation): void {
    this.#open.set(generation.id, generation);
  }

  /** The file was read to its end. A log of which no line was taken yet is not remembered. */
  finish({ log, generation }: LogReading, now: number): void {
    if (generation.offset === 0) return;
    this.add(generation);
    this.markPresent(generation, log);
    generation.size = Math.max(generation.size, log.content.size);
    generation.seen = [
      ...generation.seen.filter(({ path }) => path !== log.path),
      seeFile(log.path, log.facts, now, log.gzipDigest),
    ];
  }

  markPresent(generation: Generation, file: LogFile): void {
    this.#present.add(generation.id);
    this.#met.set(file.path, { file, generation });
    if (!file.compressed) this.#plain.add(generation.id);
    generation.missing = 0;
    generation.path = file.path;
    generation.pattern = file.pattern;
  }

  /** Whether a writer can still finish the log's last line: a file of it was met that is not compressed. */
  isPlain(generation: Generation): boolean {
    return this.#plain.has(generation.id);
  }

  /** What this run found a file to be; undefined where nothing was taken of it. */
  at(path: string): Generation | undefined {
    return this.#met.get(path)?.generation;
  }

  /** A file of a generation that this run met, rather one that is not compressed. */
  fileOf(id: number): { file: LogFile; generation: Generation } | undefined {
    const met = [...this.#met.values()].filter(({ generation }) => generation.id === id);
    return met.find(({ file }) => !file.compressed) ?? met[0];
  }

  /** Where a generation was last read. */
  pathOf(id: number): string | undefined {
    return this.#open.get(id)?.path;
  }

  /** Takes the open lines from logs whose container went on to another one, which does not finish them. */
  takeOvertaken(logs: readonly LogFile[]): AbandonedLine[] {
    return logs.flatMap(({ path, follows = [] }) => {
      const successor = this.at(path);
      if (!successor) return [];
      const before = new Set(follows.flatMap((one) => this.at(one) ?? []));
      before.delete(successor);
      // While half a line is there, somebody may be writing it.
      return [...before].filter(({ size, offset }) => size === offset).flatMap(takeOpenLines);
    });
  }

  /**
   * The log that a file goes on from; undefined where that is not certain. A file that was truncated
   * in place lacks what its writer wrote between the copy and the truncation.
   */
  predecessorOf({ path, follows = [], hasHole }: LogFile, { dev, ino }: FileFacts): Generation | undefined {
    if (hasHole) return undefined;
    const generations = new Set(follows.flatMap((one) => this.at(one) ?? []));
    const [generation, another] = generations;
    if (!generation || another) return undefined;
    const isSameFile = generation.seen.some((s) => s.path === path && s.dev === dev && s.ino === ino);
    return isSameFile ? undefined : generation;
  }

  /**
   * Remembers a compressed file of which nothing can be read, so that it is said once and looked at again only when it
   * has changed, or what it waits for is there; false while it is too young to say that it is damaged. One that was stopped is said again and again.
   */
  addUnread(file: LogFile, facts: FileFacts, { digest, ...unread }: UnreadableFile, now: number): boolean {
    // Of a damaged one, what was damaged can be made whole between ends that stay the same.
    const seen = seeFile(file.path, facts, now, unread.why === 'damaged' ? undefined : digest);
    if (unread.why === 'stopped') return true;
    if (seen.young && unread.why === 'damaged') return false;
    this.#dropSeen(file.path);
    const generation = { ...newGeneration(this.nextId, file), unread, seen: [seen] };
    this.add(generation);
    this.#present.add(generation.id);
    return true;
  }

  /** The file at a path is not taken any more for what it was. */
  #dropSeen(path: string): void {
    for (const generation of this.#open.values()) {
      generation.seen = generation.seen.filter((seen) => seen.path !== path);
      if (generation.offset === 0 && generation.seen.length === 0) this.#open.delete(generation.id);
    }
  }

  /** Gives up a log that two runs in a row did not find; what was not read of it is a gap, said once. */
  closeAbsent(
    patterns: ReadonlySet<string>,
    now: number,
  ): { gaps: Gap[]; closed: LogPosition[]; open: AbandonedLine[] } {
    const open: AbandonedLine[] = [];
    const gaps: Gap[] = [];
    const closed: LogPosition[] = [];
    for (const generation of this.open) {
      if (this.#present.has(generation.id) || !patterns.has(generation.pattern)) continue;
      generation.missing++;
      if (generation.missing < 2) continue;
      this.#open.delete(generation.id);
      if (generation.offset === 0) continue;
      const known = Math.max(generation.offset, generation.lost ?? 0);
      if (generation.size > known) gaps.push({ path: generation.path, bytes: generation.size - known });
      open.push(...takeOpenLines(generation));
      closed.push({ ...generation, seen: [], lost: Math.max(known, generation.size), closed: now });
    }
    return { gaps, closed, open };
  }

  #closed(): Generation[] {
    return [...this.#loadClosed().values()].filter((log) => !isImported(log)).map(asGeneration);
  }
}

function takeOpenLines(generation: Generation): AbandonedLine[] {
  const lines = (generation.open ?? []).map((line) => ({ path: generation.path, line }));
  delete generation.open;
  return lines;
}

/** The store keeps positions as it was given them: they are generations. */
export function asGeneration(position: LogPosition): Generation {
  return position as unknown as Generation;
}

function newGeneration(id: number, { pattern, path }: LogFile): Generation {
  return { id, pattern, path, size: 0, missing: 0, seen: [], offset: 0, head: '', windows: [], last: '' };
}
