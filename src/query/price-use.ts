import type { PriceBook, PriceEntry } from '../pricing/price-book.ts';
import { cellsOf, type StoredSessions } from '../store/index/index.ts';
import { compareBig, compareText, emptyRow, tokensOf, type Row } from './aggregate.ts';
import { groupSharedCells } from './group-usage.ts';

/** What rounds of a model used. */
export interface ModelUse {
  model: string;
  rounds: number;
  input: number;
  output: number;
}

/** A price book entry, and the rounds that it currently prices. */
export interface EntryUse extends ModelUse {
  entry: PriceEntry;
  /** 10⁻¹⁸ USD. */
  cost: bigint;
  /** Costs in other currencies. */
  others: Map<string, bigint>;
  /** New rounds of the model are priced by it, as long as nothing else becomes known of the model. */
  isLatest: boolean;
}

export interface PriceUse {
  /** Models with rounds that have no price; most tokens first. */
  unpriced: ModelUse[];
  /** Entries that price rounds, and the latest of each model; by cost, then by name. */
  entries: EntryUse[];
}

/** Sums what all sessions used by what prices it. */
export function priceUse(
  sessions: Pick<StoredSessions, 'usages' | 'sharedCells'>,
  book: PriceBook,
): PriceUse {
  const { groups } = groupSharedCells(
    { cells: cellsOf(sessions, 'failures'), parts: [] },
    {
      by: [({ price }) => String(price), ({ price, model }) => (price === 'unpriced' ? model : '')],
      where: ({ price }) => typeof price === 'number' || price === 'unpriced',
    },
  );
  const byPrice = new Map(groups.map(({ names: [price = ''], row }) => [price, row]));
  const unpriced = groups.filter(({ names: [price] }) => price === 'unpriced');
  return {
    unpriced: unpriced
      .map(({ names: [, model = ''], row }) => useOf(model, row))
      .toSorted((a, b) => tokensOf(b) - tokensOf(a) || compareText(a.model, b.model)),
    entries: book.entries
      .map((entry, i) => entryUse(entry, byPrice.get(String(i + 1)) ?? emptyRow(), book))
      .filter(({ rounds, isLatest }) => rounds > 0 || isLatest)
      .toSorted(
        (a, b) =>
          compareBig(b.cost, a.cost) || compareText(a.model, b.model) || b.entry.entry - a.entry.entry,
      ),
  };
}

function entryUse(entry: PriceEntry, row: Row, book: PriceBook): EntryUse {
  const others = new Map(Array.from(row.others, ([currency, { cost }]) => [currency, cost]));
  const isLatest = book.latest.get(entry.model) === entry;
  return { ...useOf(entry.model, row), entry, cost: row.cost, others, isLatest };
}

function useOf(model: string, { rounds, input, output }: Row): ModelUse {
  return { model, rounds, input, output };
}
