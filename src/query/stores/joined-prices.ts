import { InputOutputError } from '../../platform/errors.ts';
import type { PriceBook, PriceEntry } from '../../pricing/price-book.ts';
import type { PriceRef } from '../../model/usage-cell.ts';

/** The price books of several stores as one. */
export interface JoinedBook {
  /** As the lines of a price book. They have no refreshes: see `Source.translate`. */
  lines: string[];
  /** For each book, the new numbers of its entries, in their order. */
  numbers: number[][];
}

/**
 * Equal entries become one. The last entry of a model is the price of new rounds, and that of the first book counts, so
 * the books are taken in reverse.
 */
export function joinBooks(books: readonly Pick<PriceBook, 'entries'>[]): JoinedBook {
  const joined = new Map<string, PriceEntry>();
  for (const { entries } of books.toReversed()) {
    for (const entry of entries) {
      const key = keyOf(entry);
      // Moved to the end if it is known.
      joined.delete(key);
      joined.set(key, entry);
    }
  }
  const numbers = new Map(Array.from(joined.keys(), (key, i) => [key, i + 1]));
  return {
    lines: Array.from(joined.values(), (entry, i) => JSON.stringify({ ...entry, entry: i + 1 })),
    numbers: books.map(({ entries }) => entries.map((entry) => numbers.get(keyOf(entry)) ?? 0)),
  };
}

/** The number of a price in the joined book. Throws InputOutputError if its own book lacks it. */
export function joinedPrice(price: PriceRef, numbers: readonly number[], file: string): PriceRef {
  if (typeof price !== 'number') return price;
  const number = numbers[price - 1];
  if (number !== undefined) return number;
  throw new InputOutputError(
    `the price book ${file} lacks entry ${price}: restore it from a backup of the store`,
  );
}

function keyOf({ model, source, schedule }: PriceEntry): string {
  return JSON.stringify([model, source, schedule]);
}
