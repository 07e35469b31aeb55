/** What a run did. Counts hold what was committed, and nothing else. */
export interface ParseResult {
  rounds: number;
  /** Sessions that got rounds. */
  sessions: number;
  otherLines: number;
  rejectedLines: number;
  /** Rounds that the store's filters keep out. */
  filteredRounds: number;
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
}

/** Counts as a run goes, and takes back what was not committed. */
export class Tally {
  readonly #missing: string[];
  readonly #committed: Counts = { rounds: 0, other: 0, rejected: 0, filtered: 0 };
  readonly #sessions = new Set<string>();
  readonly #logs: ReadLog[] = [];
  readonly #gaps: Gap[] = [];
  readonly #warnings = new Map<string, Warning>();
  pending: Counts = { rounds: 0, other: 0, rejected: 0, filtered: 0 };

  constructor(missing: string[]) {
    this.#missing = missing;
  }

  get rounds(): number {
    return this.#committed.rounds + this.pending.rounds;
  }

  get committedBytes(): number {
    return this.#logs.reduce((sum, log) => sum + log.to - log.from, 0);
  }

  /** What was pending is committed: these sessions, these stretches of logs. */
  commit(sessions: readonly string[], logs: readonly ReadLog[], gaps: readonly Gap[]): void {
    for (const key of ['rounds', 'other', 'rejected', 'filtered'] as const)
      this.#committed[key] += this.pending[key];
    for (const id of sessions) this.#sessions.add(id);
    for (const log of logs) this.#addLog(log);
    this.#gaps.push(...gaps);
    this.drop();
  }

  warn(path: string, message: string): void {
    this.#warnings.set(path, { path, message });
  }

  drop(): void {
    this.pending = { rounds: 0, other: 0, rejected: 0, filtered: 0 };
  }

  result(): ParseResult {
    return {
      rounds: this.#committed.rounds,
      sessions: this.#sessions.size,
      otherLines: this.#committed.other,
      rejectedLines: this.#committed.rejected,
      filteredRounds: this.#committed.filtered,
      bytes: this.committedBytes,
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
