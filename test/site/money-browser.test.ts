import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, seriousFaults, sideways, useBrowser } from './browser.ts';
import { render, sharedFolder } from './make.ts';
import { MIXED, moneyStore, talkOf } from './money-store.ts';

const PHONE = { viewport: { width: 390, height: 844 } };
const FEW = { viewport: { width: 320, height: 640 } };

/** Of as many models, and as dear, as a store of several contracts has them. */
const DEAR = talkOf('test-usd', 'lower-cny', 'upper-usd', 'no-price').map((said) => ({
  ...said,
  input_token: 900_000_000,
  output_token: 90_000_000,
  total_token: 990_000_000,
}));

describe.skipIf(chromiumPath === undefined)('in a browser, costs in several currencies', () => {
  const open = useBrowser();
  const folder = sharedFolder();
  const siteDir = join(folder, 'site');

  beforeAll(async () => {
    const dataDir = await moneyStore(folder, { ...MIXED, dear: DEAR });
    await render({ dataDir, siteDir });
  });

  const listed = async (page: Page): Promise<string[]> => {
    const [titles, costs] = await Promise.all([
      page.locator('#sessions tbody .title').allInnerTexts(),
      page.locator('#sessions tbody .cost .sum').allInnerTexts(),
    ]);
    return titles.map((title, i) => `${title}: ${costs[i]}`);
  };

  test('the list is sorted by USD, then by the others; what is unknown comes last', async () => {
    const { page, faults } = await open(join(siteDir, 'sessions/index.html'));
    await page.waitForSelector('#sessions thead button');
    await page.click('thead >> text="Cost"');
    const order = [
      'dear: ≈ $3,600.00 + ¥4,680.00',
      'usd-dear: $6.00',
      'mixed: ≈ $4.00 + ¥5.20',
      'cache-unknown: ≥ $2.00',
      'usd-cheap: $2.00',
      'cny-dear: ¥20.80',
      'cny-cheap: ≥ ¥5.20',
      'unpriced: unpriced',
    ];
    expect(await listed(page)).toEqual(order);
    await page.click('thead >> text="Cost"');
    // Equals stay in the order of their last rounds.
    expect(await listed(page)).toEqual([
      ...order.slice(5).toReversed(),
      'cache-unknown: ≥ $2.00',
      'usd-cheap: $2.00',
      ...order.slice(0, 3).toReversed(),
    ]);
    expect(faults.said).toEqual([]);
  });

  test('what JavaScript draws is what the page had: marks, currencies and reasons', async () => {
    const cellsOf = async (javaScriptEnabled: boolean): Promise<string[]> => {
      const { page } = await open(join(siteDir, 'sessions/index.html'), { javaScriptEnabled });
      if (javaScriptEnabled) await page.waitForSelector('#sessions thead button');
      return page
        .locator('#sessions tbody .cost')
        .evaluateAll((cells) => cells.map((cell) => cell.outerHTML));
    };
    const cells = await cellsOf(true);
    expect(cells).toEqual(await cellsOf(false));
    expect(cells[0]).toContain(
      'title="≈ $3,600.000000 + ¥4,680.000000\n≥ 1 round may have cost more than its ¥4,680.0000\n',
    );
    expect(cells[0]).toContain('\n  1 × the fee for web searches is not in the log"');
  });

  const PATHS = [
    'index.html',
    'models.html',
    'dates.html',
    'consumers.html',
    'sessions/index.html',
    'sessions/dear.html',
    'sessions/mixed.html',
  ];

  test.each(PATHS)('%s: all fits on a phone, axe finds nothing serious', async (path) => {
    const { page, faults } = await open(join(siteDir, path), FEW);
    if (path === 'sessions/index.html')
      await page.waitForSelector('#sessions thead button', { state: 'attached' });
    expect(await sideways(page)).toBe(0);
    await page.setViewportSize(PHONE.viewport);
    expect(await sideways(page)).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    expect(faults.said).toEqual([]);
  });

  test('on a phone a cost stands beside its session, and its amounts stay whole', async () => {
    const { page } = await open(join(siteDir, 'sessions/index.html'), PHONE);
    await page.waitForSelector('#sessions thead button', { state: 'attached' });
    await page.selectOption('#sort', 'cost');
    const boxes = await page
      .locator('#sessions tbody tr')
      .first()
      .locator('.title, .cost .sum')
      .evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().toJSON() as DOMRect));
    const [title, cost] = boxes as [DOMRect, DOMRect];
    expect([title.right <= cost.left, cost.right <= 374.5, cost.height < 24]).toEqual([true, true, true]);
  });

  test('labels of the charts stay in their plots', async () => {
    const { page } = await open(join(siteDir, 'index.html'), PHONE);
    const right = await page
      .locator('.chart-plot .peak')
      .first()
      .evaluate((label) => label.getBoundingClientRect().right);
    expect(right).toBeLessThanOrEqual(374.5);
  });
});
