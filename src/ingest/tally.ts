import { addTimes, noTimes, type TimeTally } from './time-tally.ts';

/** What a run did. The counts cover only what was committed. */
export interface ParseResult {
  rounds: number;
  /** Sessions that got rounds. */
  sessions: number;
  otherLines: number;
  rejectedLines: number;
  /** Rounds that the store's filters left out. */
  filteredRounds: number;
  /** Rounds that had been imported from the Python original. */
  importedBefore: number;
  /** Rounds that the store already had from another log, or from another part of this one. */
  knownRounds: number;
  /** Of these, the ones that were taken as pruned because they fit into the sums that an older version kept. */
  takenAsPruned: number;
  /** Lines of these logs that still wait for their last part after this run. */
  held: number;
  bytes: number;
  logs: ReadLog[];
  gaps: Gap[];
  warnings: Warning[];
  /** Rounds stored without a time of their own. */
  times: TimeTally;
  /** Describes commits whose lines did not add up: a bug in this program. What was read is stored anyway. */
  faults: string[];
  /** Given paths without a log. */
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

/** Something about a log that the user should look into. */
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
  pruned: number;
}

/**
 * What a line counts as. `imported`: a round that was imported before. `known`: a round that is already stored. `pruned`:
 * a round that may have been stored, and pruned by an older version.
 */
export type LineCount = keyof Counts;

const COUNTS: readonly LineCount[] = [
  'rounds',
  'other',
  'rejected',
  'filtered',
  'imported',
  'known',
  'pruned',
];

/** The counts of a batch, and what they are checked against. */
interface Pending extends Counts {
  /** Lines read from files, counted by their line breaks alone, and the parts of open lines that were restored. */
  lines: number;
  /** Lines without a count of their own because another line counts for them; negative: the reverse. */
  joined: number;
}

/** What an unfinished commit will add. */
interface Staged {
  counts: Counts;
  times: TimeTally;
  sessions: readonly string[];
  logs: readonly ReadLog[];
  gaps: readonly Gap[];
}

/** Counts during a run, and takes back what was not committed. */
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
  /** As in ParseResult. */
  held = 0;

  constructor(missing: string[]) {
    this.#missing = missing;
  }

  /** Rounds, committed or not. */
  get rounds(): number {
    return this.#committed.rounds + (this.#staged?.counts.rounds ?? 0) + this.#pending.rounds;
  }

  /** Includes what is waiting to be committed. */
  get bytes(): number {
    return sumBytes([...this.#logs, ...(this.#staged?.logs ?? [])]);
  }

  /** Counts a line. `pieces`: how many lines of the file it consists of. */
  count(as: LineCount, pieces = 1): void {
    this.#pending[as]++;
    this.#pending.joined += pieces - 1;
  }

  /** Counts an empty line: the line break of a line that was read without it. */
  pass(pieces: number): void {
    this.#pending.joined += pieces;
  }

  /** Counts lines read from a file; negative: lines that are held back for later. */
  read(lines: number): void {
    this.#pending.lines += lines;
  }

  /**
   * How many of the lines read are in no count, apart from the `held` ones; negative: how many too many were counted.
   * Anything but 0 is a bug in this program.
   */
  missing(held: number): number {
    const { lines, joined } = this.#pending;
    return lines - held - joined - COUNTS.reduce((sum, key) => sum + this.#pending[key], 0);
  }

  /** Counts lines that are in no count as rejected, so that every line read is counted. */
  admit(missing: number, fault: string): void {
    this.#faults.push(fault);
    if (missing > 0) this.#pending.rejected += missing;
  }

  /** The pending counts now wait for their commit, with these sessions and these stretches of logs. */
  stage(sessions: readonly string[], logs: readonly ReadLog[], gaps: readonly Gap[], held: number): void {
    this.#staged = { counts: this.#pending, times: this.pendingTimes, sessions, logs, gaps };
    this.#pending = { ...nothing(), lines: held };
    this.pendingTimes = noTimes();
  }

  /** The staged counts are now committed. */
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
      knownRounds: this.#committed.known + this.#committed.pruned,
      takenAsPruned: this.#committed.pruned,
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

  /** Joins the stretches of a long log that was committed in several batches. */
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
  return {
    rounds: 0,
    other: 0,
    rejected: 0,
    filtered: 0,
    imported: 0,
    known: 0,
    pruned: 0,
    lines: 0,
    joined: 0,
  };
}

function sumBytes(logs: readonly ReadLog[]): number {
  return logs.reduce((sum, { from, to }) => sum + to - from, 0);
}
