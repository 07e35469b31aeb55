import type { PriceRef } from '../model/usage-cell.ts';
import type { UsageState } from '../model/token-usage.ts';
import {
  entryOf,
  parsePriceBook,
  priceRound,
  type PriceBook,
  type PriceEntry,
} from '../pricing/price-book.ts';
import type { Resolution } from '../pricing/resolve.ts';
import type { Files } from '../platform/files.ts';
import { pricesPath } from '../store/price-files.ts';
import { readPriceLines } from '../store/read.ts';
import type { State } from '../store/state.ts';
import type { Store } from '../store/store.ts';

/** What decides the price of a round. */
export interface Bought {
  model: string;
  state: UsageState;
  /** Milliseconds since 1970 UTC. */
  atMs: number;
}

/** The price of a round; `entry`: what the price book says, if the price is in it. */
export interface Priced {
  price: PriceRef;
  entry: PriceEntry | undefined;
}

/** Prices rounds. Entries of the price book get their numbers in the order of the calls. */
export interface PriceDesk {
  priceOf(bought: Bought): Promise<Priced>;
  /** The lines that were added to the book since the last call. */
  take(): string[];
}

/** Prices rounds by the store's price book. */
export class PriceBookDesk implements PriceDesk {
  readonly #book: PriceBook;
  readonly #resolve: (model: string) => Promise<Resolution | undefined>;

  constructor(
    files: Files,
    { dir }: Pick<Store, 'dir'>,
    state: State,
    resolve: (model: string) => Promise<Resolution | undefined>,
  ) {
    const path = pricesPath(dir, state.prices.generation);
    this.#book = parsePriceBook(readPriceLines(files, dir, state), path);
    this.#resolve = resolve;
  }

  async priceOf(bought: Bought): Promise<Priced & { resolution: Resolution | undefined }> {
    const resolution = bought.state === 'counted' ? await this.#resolve(bought.model) : undefined;
    const price = priceRound(this.#book, bought, resolution);
    return { price, entry: typeof price === 'number' ? entryOf(this.#book, price) : undefined, resolution };
  }

  take(): string[] {
    return this.#book.added.splice(0);
  }
}
