import type { PriceBook, PriceEntry } from '../pricing/price-book.ts';
import { cellsOf, type StoredSessions } from '../store/index/index.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import { compareBig, compareText, tokensOf } from './aggregate.ts';

/** What rounds of one model used. */
export interface ModelUse {
  model: string;
  rounds: number;
  input: number;
  output: number;
}

/** A price book entry, and the rounds that it prices now. */
export interface EntryUse extends ModelUse {
  entry: PriceEntry;
  /** 10⁻¹⁸ USD. */
  cost: bigint;
  /** In other currencies. */
  others: Map<string, bigint>;
  /** New rounds of the model take it, if what is known of the model is still the same. */
  isLatest: boolean;
}

export interface PriceUse {
  /** Models with rounds that have no price: the most tokens first. */
  unpriced: ModelUse[];
  /** Entries that price rounds, and the last of each model: by cost, then by name. */
  entries: EntryUse[];
}

/** Sums what all sessions used by what prices it. */
export function priceUse(
  sessions: Pick<StoredSessions, 'usages' | 'sharedCells'>,
  book: PriceBook,
): PriceUse {
  const unpriced = new Map<string, ModelUse>();
  const entries = book.entries.map((entry): EntryUse => {
    const isLatest = book.latest.get(entry.model) === entry;
    return { entry, isLatest, ...noUse(entry.model), cost: 0n, others: new Map() };
  });
  for (const cell of cellsOf(sessions)) {
    if (cell.price === 'unpriced') addCell(useOf(unpriced, cell.model), cell);
    const use = typeof cell.price === 'number' ? entries[cell.price - 1] : undefined;
    if (!use) continue;
    addCell(use, cell);
    if (cell.currency === 'USD') use.cost += cell.cost;
    else use.others.set(cell.currency, (use.others.get(cell.currency) ?? 0n) + cell.cost);
  }
  return {
    unpriced: [...unpriced.values()].toSorted(
      (a, b) => tokensOf(b) - tokensOf(a) || compareText(a.model, b.model),
    ),
    entries: entries
      .filter(({ rounds, isLatest }) => rounds > 0 || isLatest)
      .toSorted(
        (a, b) =>
          compareBig(b.cost, a.cost) || compareText(a.model, b.model) || b.entry.entry - a.entry.entry,
      ),
  };
}

function addCell(use: ModelUse, cell: UsageCell): void {
  use.rounds += cell.rounds;
  use.input += cell.input;
  use.output += cell.output;
}

function useOf(uses: Map<string, ModelUse>, model: string): ModelUse {
  const known = uses.get(model);
  if (known) return known;
  const made = noUse(model);
  uses.set(model, made);
  return made;
}

function noUse(model: string): ModelUse {
  return { model, rounds: 0, input: 0, output: 0 };
}
