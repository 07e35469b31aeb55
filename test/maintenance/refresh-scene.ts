import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { refreshPrices, type RefreshRequest } from '../../src/maintenance/refresh/refresh-prices.ts';
import type { RefreshResult } from '../../src/model/refresh-result.ts';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { parsePriceFile } from '../../src/pricing/price-file.ts';
import { createPriceResolver } from '../../src/pricing/resolve.ts';
import { moneyOfRound } from '../../src/pricing/round-money.ts';
import { parsePriceBook } from '../../src/pricing/price-book.ts';
import { readRound } from '../../src/session-format/read-round.ts';
import { usageOf } from '../../src/session-format/stored-usage.ts';
import { readRoundLines, readSnapshot } from '../../src/store/read.ts';

/** Refreshes the prices of a store with only these entries of a price file, as the command does with its files. */
export async function refreshBy(
  dir: string,
  models: Record<string, unknown>[],
  files: Files = nodeFiles,
  request: Partial<RefreshRequest> = {},
): Promise<RefreshResult> {
  const file = await parsePriceFile(JSON.stringify({ models }), 'prices.json');
  const resolve = createPriceResolver([file]);
  return refreshPrices(files, dir, { prices: async () => ({ resolve }), mayReprice: true, ...request });
}

/** Writes a price file; returns its path. */
export function priceFile(folder: string, models: Record<string, unknown>[]): string {
  const path = join(folder, 'prices.json');
  writeFileSync(path, JSON.stringify({ models }));
  return path;
}

/** The cost of every round and all cells, by session id: everything that money is computed from. */
export function dumpMoney(dir: string): unknown {
  const { sessions, priceLines } = readSnapshot(dir);
  const book = parsePriceBook(priceLines, dir);
  return [...sessions.values()]
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((entry) => ({
      id: entry.id,
      rounds: [...readRoundLines(dir, entry)].map((line) => {
        const { stored } = readRound(line);
        const { price, cost } = moneyOfRound(book, stored, usageOf(stored));
        return [stored.round, stored.model, price, cost === null ? null : String(cost)];
      }),
      cells: entry.usage
        .map(({ model, price, rounds, cost, saved }) =>
          [model, price, rounds, String(cost), String(saved)].join(' '),
        )
        .toSorted(),
    }));
}
