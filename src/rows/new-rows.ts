import type { SessionEntry } from '../model/session-entry.ts';
import { subtractCells } from '../model/usage-cells.ts';
import { nodeFiles } from '../platform/files.ts';
import { parsePriceBook, type PriceBook } from '../pricing/price-book.ts';
import { readRound, type ReadRound } from '../session-format/read-round.ts';
import { CountingRules, SessionCells } from '../session-format/round-cells.ts';
import { wasBefore, type Mark } from '../store/mark.ts';
import type { PrunedPart } from '../store/pruned-file.ts';
import type { Snapshot } from '../store/read.ts';
import { storedRounds } from '../store/session-file.ts';
import { coverageOf } from '../store/state.ts';
import { changedSessions, type LackingSession } from './changed-sessions.ts';
import { logHeads } from './log-heads.ts';
import { Occurrences } from './occurrences.ts';
import { rowOf, sumRow, type Row, type RowOrigin } from './row.ts';
import { sessionKey } from './session-key.ts';

/** With more new rounds than this, which are in memory at once, the session's file is read from its start. */
const MOST_ADDED = 1000;

/** A session with rows that a copy lacks. */
export interface SessionRows {
  entry: SessionEntry;
  key: string;
  /** How many there must be, as far as the index tells: a copy that has fewer lacks some. */
  expected: number | undefined;
  /** Throws DamagedSession or PrunedMeanwhile if its rounds cannot be read: see isUnreadable. */
  rows: Iterable<Row>;
}

/** Makes the rows of a store's rounds, as of one commit. */
export class StoreRows {
  readonly #snapshot: Snapshot;
  readonly #book: PriceBook;
  readonly #rules: CountingRules;
  readonly #logs: ReturnType<typeof logHeads>;
  #removed: ReadonlyMap<string, PrunedPart[]> | undefined;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
    this.#book = parsePriceBook(snapshot.priceLines, `of ${snapshot.dir}`);
    this.#rules = new CountingRules(coverageOf(snapshot.state));
    this.#logs = logHeads(snapshot);
  }

  /**
   * The rows of rounds added since a mark, session by session, in the order of their keys; all rows without one. `until`:
   * only those that had been added by then.
   */
  *since(mark: Mark | undefined, until?: Mark): Generator<SessionRows> {
    const isCopied = wasBefore(mark);
    const isMeant = until ? wasBefore(until) : (): boolean => true;
    for (const session of changedSessions(this.#snapshot, mark)) {
      const rows = (): Generator<Row> => this.#rows(session, (at) => !isCopied(at) && isMeant(at));
      yield {
        entry: session.after,
        key: sessionKey(session.after.id),
        expected: until ? undefined : expectedOf(session, mark),
        rows: { [Symbol.iterator]: rows },
      };
    }
  }

  /** All rows of a session. */
  of(entry: SessionEntry): Iterable<Row> {
    return { [Symbol.iterator]: () => this.#rows({ after: entry, before: undefined }, () => true) };
  }

  /** The sums of rounds that were pruned: one row for each cell. */
  *sums(): Generator<Row> {
    let place = 0;
    for (const [session, parts] of this.#parts()) {
      for (const cell of parts.flatMap(({ usage }) => usage))
        yield sumRow(cell, this.#origin(session), place++);
    }
  }

  *#rows(session: LackingSession, isMeant: (at: ReadRound['stored']['at']) => boolean): Generator<Row> {
    const { after, before } = session;
    const isFew = before !== undefined && after.rounds - before.rounds <= MOST_ADDED;
    const known = isFew ? this.#behind(before, after) : this.#whole(after);
    const origin = this.#origin(after.id);
    for (const { read, cells, occurrences } of known) {
      const numbered = occurrences.next(read.stored);
      const row = rowOf(read, origin, { book: this.#book, cells, ...numbered });
      if (isMeant(read.stored.at)) yield row;
    }
  }

  /** The rounds behind those of the mark. */
  *#behind(before: SessionEntry, after: SessionEntry): Generator<ReadSoFar> {
    const { dir } = this.#snapshot;
    const added = Array.from(storedRounds(nodeFiles, dir, after, before.end), readRound);
    const occurrences = new Occurrences(this.#logs);
    occurrences.addEarlier(
      dir,
      before,
      added.map(({ stored }) => stored),
    );
    const cells = new SessionCells(this.#rules, before.usage);
    for (const read of added) yield { read, cells, occurrences };
  }

  /** All rounds that the session's file has. */
  *#whole(entry: SessionEntry): Generator<ReadSoFar> {
    const gone =
      this.#parts()
        .get(entry.id)
        ?.flatMap(({ usage }) => usage) ?? [];
    const occurrences = new Occurrences(this.#logs, subtractCells(entry.usage, gone));
    const cells = new SessionCells(this.#rules, gone);
    for (const line of this.#snapshot.rounds(entry)) yield { read: readRound(line), cells, occurrences };
  }

  #parts(): ReadonlyMap<string, PrunedPart[]> {
    return (this.#removed ??= this.#snapshot.removed());
  }

  #origin(session: string): RowOrigin {
    const { state, gateways } = this.#snapshot;
    return { store: state.store, gateway: gateways[0] ?? '', session };
  }
}

/** A round, and what the rounds before it say about it. */
interface ReadSoFar {
  read: ReadRound;
  cells: SessionCells;
  occurrences: Occurrences;
}

function expectedOf({ after, before }: LackingSession, mark: Mark | undefined): number | undefined {
  if (before) return after.rounds - before.rounds;
  return mark ? undefined : storedRoundsOf(after);
}

/** How many rounds the session's file has. */
export function storedRoundsOf({ rounds, pruned_rounds: pruned = 0 }: SessionEntry): number {
  return rounds - pruned;
}
