import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { normaliseUsage } from '../../src/ai-log/usage/usage.ts';
import { usdOf } from '../../src/pricing/money.ts';
import { parsePriceFile } from '../../src/pricing/price-file.ts';
import { entryOf, parsePriceBook, priceRound } from '../../src/pricing/price-book.ts';
import { resolvePrice } from '../../src/pricing/resolve.ts';
import { costOf } from '../../src/pricing/charges.ts';

interface Example {
  name: string;
  timestamp: string;
  ai_log: { model: string };
  cost_usd: number | null;
  price_source: string;
  rates_per_mtok?: Record<'input' | 'output' | 'cache_read' | 'cache_write', number>;
}
const examples = JSON.parse(
  readFileSync(new URL('../../fixtures/accounting.json', import.meta.url), 'utf8'),
) as Example[];

/** A price file with the example's rates, where the example says that the library's are not the ones. */
async function filesOf({ ai_log, price_source, rates_per_mtok }: Example) {
  if (!price_source.startsWith('override')) return [];
  const models = [{ match: ai_log.model, ...rates_per_mtok }];
  return [await parsePriceFile(JSON.stringify({ models }), 'prices.json')];
}

describe('the worked examples, from ai_log to USD', () => {
  test.each(examples)('$name', async (example) => {
    const atMs = Date.parse(example.timestamp);
    const { usage, state } = normaliseUsage({ ...example.ai_log });
    const { resolution } = await resolvePrice(example.ai_log.model, await filesOf(example));
    const book = parsePriceBook([], 'book');
    const price = priceRound(book, { model: example.ai_log.model, state, atMs }, resolution);
    if (example.cost_usd === null) {
      expect(price).toBe('unpriced');
      return;
    }
    const [entry] = parsePriceBook(book.added, 'book').entries;
    expect(entry).toEqual(entryOf(book, Number(price)));
    if (!example.price_source.startsWith('override')) expect(entry?.source).toBe(example.price_source);
    const cost = costOf(entry?.schedule ?? { prices: [] }, usage, atMs);
    expect(Math.abs(usdOf(cost) - example.cost_usd)).toBeLessThan(1e-12);
  });

  test('without the override the library’s stale DeepSeek price would be taken', async () => {
    const stale = (await resolvePrice('deepseek-reasoner', [])).resolution;
    const usage = { input: 1500, output: 900, reasoning: 0, cached: 1024, cacheWrite: 0 };
    const cost = costOf(stale?.schedule ?? { prices: [] }, usage, Date.parse('2026-03-02T08:00:00Z'));
    expect(usdOf(cost)).toBe(0.00237616);
  });
});
