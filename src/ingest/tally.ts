import { addTimes, noTimes, type TimeTally } from './time-tally.ts';

/** What a run did. Counts hold what was committed, and nothing else. */
export interface ParseResult {
  rounds: number;
  /** Sessions that got rounds. */
  sessions: number;
  otherLines: number;
  rejectedLines: number;
  /** Rounds that the store's filters keep out. */
  filteredRounds: number;
  /** Rounds that were imported from the Python original before. */
  importedBefore: number;
  /** Rounds that the store had from another log, or from another part of this one. */
  knownRounds: number;
  /** Lines of these logs that are begun and wait for their last part, after this run. */
  held: number;
  bytes: number;
  logs: ReadLog[];
  gaps: Gap[];
  warnings: Warning[];
  /** Rounds stored without a time of their own. */
  times: TimeTally;
  /** Commits whose lines did not add up, in words: a fault of this program. What was read is stored all the same. */
  faults: string[];
  /** Given paths at which there was no log. */
  missing: string[];
}

/** The bytes that were read of one log. */
export interface ReadLog {
  path: string;
  from: number;
  to: number;
  rounds: number;
}

/** Bytes of a log that vanished before they were read. */
export interface Gap {
  path: string;
  bytes: number;
}

/** Something about a log that a person should look at. */
export interface Warning {
  path: string;
  message: string;
}

interface Counts {
  rounds: number;
  other: number;
  rejected: number;
  filtered: number;
  imported: number;
  known: number;
}

/** What a line counts as. `imported`: a round that was imported before. `known`: one that is stored already. */
export type LineCount = keyof Counts;

const COUNTS: readonly LineCount[] = ['rounds', 'other', 'rejected', 'filtered', 'imported', 'known'];

/** What a batch counts, and what it is checked against. */
interface Pending extends Counts {
  /** Lines of the files that were read, counted by their line breaks alone; and those of lines that were taken up. */
  lines: number;
  /** Lines of the files that stand in no count of their own, as another one counts for them; less than 0: the reverse. */
  joined: number;
}

/** What a commit that is not finished will make true. */
interface Staged {
  counts: Counts;
  times: TimeTally;
  sessions: readonly string[];
  logs: readonly ReadLog[];
  gaps: readonly Gap[];
}

/** Counts as a run goes, and takes back what was not committed. */
export class Tally {
  readonly #missing: string[];
  readonly #committed = nothing();
  readonly #times = noTimes();
  readonly #sessions = new Set<string>();
  readonly #logs: ReadLog[] = [];
  readonly #gaps: Gap[] = [];
  readonly #warnings = new Map<string, Warning>();
  readonly #faults: string[] = [];
  #staged: Staged | undefined;
  #pending = nothing();
  pendingTimes = noTimes();
  /** As ParseResult says it. */
  held = 0;

  constructor(missing: string[]) {
    this.#missing = missing;
  }

  /** Committed or not. */
  get rounds(): number {
    return this.#committed.rounds + (this.#staged?.counts.rounds ?? 0) + this.#pending.rounds;
  }

  /** Of what is committed, or waits for it. */
  get bytes(): number {
    return sumBytes([...this.#logs, ...(this.#staged?.logs ?? [])]);
  }

  /** A line counts. `pieces`: lines of the file that it stands for. */
  count(as: LineCount, pieces = 1): void {
    this.#pending[as]++;
    this.#pending.joined += pieces - 1;
  }

  /** Lines of the file that hold nothing: the line break of a line that was taken without it. */
  pass(pieces: number): void {
    this.#pending.joined += pieces;
  }

  /** Lines of a file were read; less than 0: they are held back, and will be taken up. */
  read(lines: number): void {
    this.#pending.lines += lines;
  }

  /**
   * How many lines that were read are in no count, `held` of them being held back; less than 0: so many are counted that
   * were not there. Anything but 0 is a fault of this program.
   */
  missing(held: number): number {
    const { lines, joined } = this.#pending;
    return lines - held - joined - COUNTS.reduce((sum, key) => sum + this.#pending[key], 0);
  }

  /** Lines that are in no count are rejected ones: nothing that was read is in none. */
  admit(missing: number, fault: string): void {
    this.#faults.push(fault);
    if (missing > 0) this.#pending.rejected += missing;
  }

  /** What was pending waits for its commit: these sessions, these stretches of logs. */
  stage(sessions: readonly string[], logs: readonly ReadLog[], gaps: readonly Gap[], held: number): void {
    this.#staged = { counts: this.#pending, times: this.pendingTimes, sessions, logs, gaps };
    this.#pending = { ...nothing(), lines: held };
    this.pendingTimes = noTimes();
  }

  /** What was staged is committed. */
  commit(): void {
    if (!this.#staged) return;
    const { counts, times, sessions, logs, gaps } = this.#staged;
    addTimes(this.#times, times);
    for (const key of COUNTS) this.#committed[key] += counts[key];
    for (const id of sessions) this.#sessions.add(id);
    for (const log of logs) this.#addLog(log);
    this.#gaps.push(...gaps);
    this.#staged = undefined;
  }

  warn(path: string, message: string): void {
    this.#warnings.set(path, { path, message });
  }

  drop(): void {
    this.#staged = undefined;
    this.#pending = nothing();
    this.pendingTimes = noTimes();
  }

  result(): ParseResult {
    return {
      rounds: this.#committed.rounds,
      sessions: this.#sessions.size,
      otherLines: this.#committed.other,
      rejectedLines: this.#committed.rejected,
      filteredRounds: this.#committed.filtered,
      importedBefore: this.#committed.imported,
      knownRounds: this.#committed.known,
      held: this.held,
      bytes: sumBytes(this.#logs),
      logs: this.#logs,
      gaps: this.#gaps,
      warnings: [...this.#warnings.values()],
      times: this.#times,
      faults: this.#faults,
      missing: this.#missing,
    };
  }

  /** A long log is committed in several batches: one stretch. */
  #addLog(log: ReadLog): void {
    const last = this.#logs.find(({ path, to }) => path === log.path && to === log.from);
    if (!last) {
      this.#logs.push({ ...log });
      return;
    }
    last.to = log.to;
    last.rounds += log.rounds;
  }
}

function nothing(): Pending {
  return { rounds: 0, other: 0, rejected: 0, filtered: 0, imported: 0, known: 0, lines: 0, joined: 0 };
}

function sumBytes(logs: readonly ReadLog[]): number {
  return logs.reduce((sum, { from, to }) => sum + to - from, 0);
}
