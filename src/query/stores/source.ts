import { isPruned, type SessionEntry } from '../../model/session-entry.ts';
import type { PriceRef, UsageCell } from '../../model/usage-cell.ts';
import { InputOutputError } from '../../platform/errors.ts';
import type { PriceBook } from '../../pricing/price-book.ts';
import { priceOfRound } from '../../pricing/round-money.ts';
import { readFields } from '../../session-format/read-round.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import type { Snapshot } from '../../store/read.ts';
import { joinedPrice } from './joined-prices.ts';

/** What a store's rounds and sums are called among those of all stores. */
interface Terms {
  /** Added to its log ids. */
  firstLog: number;
  /** The numbers of its prices in the joined book. */
  prices: readonly number[];
}

/** One of the stores that are read as one. Its rounds and sums come out as those of one store with the joined price book. */
export class Source {
  readonly snapshot: Snapshot;
  readonly book: PriceBook;
  readonly gateway: string;
  readonly #terms: Terms;

  constructor(snapshot: Snapshot, book: PriceBook, terms: Terms) {
    this.snapshot = snapshot;
    this.book = book;
    this.gateway = snapshot.gateways[0] ?? '';
    this.#terms = terms;
  }

  /** A session's rounds as they are stored. An error names the store. */
  *storedLines(entry: SessionEntry): Generator<string> {
    if (isPruned(entry)) return;
    try {
      yield* this.snapshot.rounds(entry);
    } catch (error) {
      throw this.named(error);
    }
  }

  /** The same, as lines of the joined store. */
  *lines(entry: SessionEntry): Generator<string> {
    for (const line of this.storedLines(entry)) yield this.#line(line);
  }

  /** The round has the price of the last refresh that covers it: the joined book has no refreshes. */
  translate(stored: StoredRound): StoredRound {
    const [log, offset] = stored.at;
    return {
      ...stored,
      at: [this.#terms.firstLog + log, offset],
      price: this.#price(priceOfRound(this.book, stored)),
      gateway: this.gateway,
    };
  }

  cell(cell: UsageCell): UsageCell {
    return { ...cell, price: this.#price(cell.price), gateway: this.gateway };
  }

  entry<T extends Pick<SessionEntry, 'usage'>>(entry: T): T & Pick<SessionEntry, 'gateways'> {
    return { ...entry, usage: entry.usage.map((cell) => this.cell(cell)), gateways: [this.gateway] };
  }

  /** An error with the store's folder. */
  named(error: unknown): unknown {
    const { dir } = this.snapshot;
    if (error instanceof InputOutputError && !error.message.includes(dir))
      error.message += ` (the store is ${dir})`;
    return error;
  }

  #price(price: PriceRef): PriceRef {
    return joinedPrice(price, this.#terms.prices, this.book.file);
  }

  /** Of a key that is repeated, readers take the last value. */
  #line(line: string): string {
    const { at, price, gateway } = this.translate(readFields(line));
    return `${line.slice(0, -1)},${JSON.stringify({ at, price, gateway }).slice(1)}`;
  }
}
