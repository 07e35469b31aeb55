import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { costOf } from '../../src/pricing/charges.ts';
import { exactUsd } from '../../src/pricing/money.ts';
import type { FileDocument } from '../../src/pricing/price-entries.ts';
import { findInPriceFile, parsePriceFile } from '../../src/pricing/price-file.ts';
import type { RoundUsage } from '../../src/model/token-usage.ts';
import { pricesAt } from '../../src/pricing/schedule.ts';

const text = readFileSync(new URL('../../prices/cn.json', import.meta.url), 'utf8');
const { models, currencies } = JSON.parse(text) as FileDocument;

test('the mainland lists are a price file in CNY, unconverted, each price with its source and day', async () => {
  await expect(parsePriceFile(text, 'cn.json')).resolves.toBeDefined();
  expect(currencies).toBeUndefined();
  const wrong = models.filter(
    ({ free, currency, source = '', seen = '' }) =>
      (free !== true && currency !== 'CNY') ||
      !/https:\/\/\S+/.test(source) ||
      !/^2026-\d\d-\d\d$/.test(seen),
  );
  expect(wrong).toEqual([]);
});

test('they have whole names, no globs', () => {
  const names = models.flatMap(({ match, aliases = [] }) => [match, ...aliases]);
  expect(names.filter((name) => name.includes('*'))).toEqual([]);
});

describe('a round costs', () => {
  test.each<[string, string, Partial<RoundUsage>, string]>([
    ['qwen-plus', '2026-06-01T00:00:00Z', {}, '0.1'],
    ['qwen-plus', '2026-06-01T00:00:00Z', { reasoning: 1 }, '0.16'],
    ['qwen-plus', '2026-06-01T00:00:00Z', { input: 200_000 }, '0.68'],
    ['glm-4.7', '2026-06-01T00:00:00Z', { input: 30_000 }, '0.23'],
    ['glm-4.7', '2026-06-01T00:00:00Z', {}, '0.56'],
    ['kimi-k2.5', '2026-06-01T00:00:00Z', { cached: 50_000 }, '0.445'],
    ['deepseek-v4-pro', '2026-06-02T02:00:00Z', {}, '0.36'],
    ['deepseek-v4-pro', '2026-08-18T02:00:00Z', {}, '1.17'],
    ['deepseek-v4-pro', '2026-08-18T05:00:00Z', {}, '0.585'],
    ['deepseek-v4-pro', '2026-08-29T02:00:00Z', {}, '0.585'],
  ])('%s at %s with %o: %s CNY', async (model, at, round, cost) => {
    const found = findInPriceFile(await parsePriceFile(text, 'cn.json'), model);
    const usage = { input: 100_000, output: 10_000, reasoning: 0, cached: 0, cacheWrite: 0, ...round };
    expect(found && exactUsd(costOf(found.schedule, usage, Date.parse(at)))).toBe(cost);
    expect(found && pricesAt(found.schedule, Date.parse(at))?.currency).toBe('CNY');
  });
});
