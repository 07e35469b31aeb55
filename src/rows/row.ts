import { BUCKET_MS, cellOf, type UsageCell } from '../model/usage-cell.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import { moneyOfRound } from '../pricing/round-money.ts';
import type { ReadRound } from '../session-format/read-round.ts';
import { factsOfStored, type SessionCells } from '../session-format/round-cells.ts';
import type { StoredRound } from '../session-format/stored-round.ts';
import { usageOf } from '../session-format/stored-usage.ts';

/** Where a row comes from. */
export interface RowOrigin {
  /** The store's id. */
  store: string;
  gateway: string;
  session: string;
}

/** One round as an engine has it; or the sum of rounds that the store has pruned, which has no `stored`. */
export interface Row extends RowOrigin {
  /** With `store`, what tells it from all other rows: the round's place in the logs. A sum has log 0. */
  log: number;
  place: number;
  /** Milliseconds since 1970 UTC. Of a sum, the start of its bucket. */
  time: number;
  /** Its number in the session; 0 of a sum. */
  round: number;
  /** Says that rounds of two stores are the same request, with `occurrence`: `''` if nothing does. */
  identity: string;
  /** Counted from 1 among the rounds of its session and store with this identity. */
  occurrence: number;
  /** What the index counts for it. */
  cell: UsageCell;
  stored: StoredRound | undefined;
  /** The JSON of its texts. */
  texts: ReadRound['texts'];
}

/** What a round's row is made of, besides its line. */
export interface RowTerms {
  book: PriceBook;
  cells: SessionCells;
  identity: string;
  occurrence: number;
}

/** The row of a stored round: its numbers are those that the index has for it. */
export function rowOf({ stored, texts }: ReadRound, origin: RowOrigin, terms: RowTerms): Row {
  const { book, cells, identity, occurrence } = terms;
  const time = Date.parse(stored.timestamp);
  const usage = usageOf(stored);
  const money = moneyOfRound(book, stored, usage);
  const counted = cells.of(factsOfStored(stored, texts));
  const [log, place] = stored.at;
  return {
    ...origin,
    log,
    place,
    time,
    round: stored.round,
    identity,
    occurrence,
    cell: cellOf(stored, { time, price: money.price }, usage, money, counted),
    stored,
    texts,
  };
}

/** The log of sums: logs are numbered from 1. */
const NO_LOG = 0;

/** The row of rounds that were pruned: one cell of their sums. */
export function sumRow(cell: UsageCell, origin: RowOrigin, place: number): Row {
  return {
    ...origin,
    log: NO_LOG,
    place,
    time: cell.bucket * BUCKET_MS,
    round: 0,
    identity: '',
    occurrence: 1,
    cell,
    stored: undefined,
    texts: new Map(),
  };
}
