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
  bytes: number;
  logs: ReadLog[];
  gaps: Gap[];
  warnings: Warning[];
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
}

/** What a commit that is not finished will make true. */
interface Staged {
  counts: Counts;
  sessions: readonly string[];
  logs: readonly ReadLog[];
  gaps: readonly Gap[];
}

/** Counts as a run goes, and takes back what was not committed. */
export class Tally {
  readonly #missing: string[];
  readonly #committed = nothing();
  readonly #sessions = new Set<string>();
  readonly #logs: ReadLog[] = [];
  readonly #gaps: Gap[] = [];
  readonly #warnings = new Map<string, Warning>();
  #staged: Staged | undefined;
  pending = nothing();

  constructor(missing: string[]) {
    this.#missing = missing;
  }

  /** Committed or not. */
  get rounds(): number {
    return this.#committed.rounds + (this.#staged?.counts.rounds ?? 0) + this.pending.rounds;
  }

  /** Of what is committed, or waits for it. */
  get bytes(): number {
    return sumBytes([...this.#logs, ...(this.#staged?.logs ?? [])]);
  }

  /** What was pending waits for its commit: these sessions, these stretches of logs. */
  stage(sessions: readonly string[], logs: readonly ReadLog[], gaps: readonly Gap[]): void {
    this.#staged = { counts: this.pending, sessions, logs, gaps };
    this.pending = nothing();
  }

  /** What was staged is committed. */
  commit(): void {
    if (!this.#staged) return;
    const { counts, sessions, logs, gaps } = this.#staged;
    for (const key of ['rounds', 'other', 'rejected', 'filtered', 'imported'] as const)
      this.#committed[key] += counts[key];
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
    this.pending = nothing();
  }

  result(): ParseResult {
    return {
      rounds: this.#committed.rounds,
      sessions: this.#sessions.size,
      otherLines: this.#committed.other,
      rejectedLines: this.#committed.rejected,
      filteredRounds: this.#committed.filtered,
      importedBefore: this.#committed.imported,
      bytes: sumBytes(this.#logs),
      logs: this.#logs,
      gaps: this.#gaps,
      warnings: [...this.#warnings.values()],
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

function nothing(): Counts {
  return { rounds: 0, other: 0, rejected: 0, filtered: 0, imported: 0 };
}

function sumBytes(logs: readonly ReadLog[]): number {
  return logs.reduce((sum, { from, to }) => sum + to - from, 0);
}
