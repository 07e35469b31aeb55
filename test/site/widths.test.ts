import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { run } from '../cli/run.ts';
import { chromiumPath, sideways, smallTargets, useBrowser } from './browser.ts';
import { render, sharedFolder } from './make.ts';

const WIDTHS = Array.from({ length: (1440 - 320) / 20 + 1 }, (_, i) => 320 + 20 * i);
/** A4 with margins of 10 mm, at 96 pixels an inch. */
const PAPER = 718;

/**
 * Cells with text that is cut into pieces of less than eight letters, though it has more: their column is too narrow. A
 * letter is as wide as a 0.
 */
function narrowCells(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const pen = document.createElement('canvas').getContext('2d') as CanvasRenderingContext2D;
    const found = [];
    for (const cell of document.querySelectorAll<HTMLElement>('main :is(td, th)')) {
      const isUnseen = getComputedStyle(cell.closest('thead') ?? cell).clipPath !== 'none';
      if (isUnseen || cell.closest('.md, pre') || !cell.checkVisibility()) continue;
      const { paddingLeft, paddingRight, font } = getComputedStyle(cell);
      const room = cell.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
      pen.font = font;
      const widths = cell.innerText.split(/\s+/).map((word) => {
        return pen.measureText([...word].length > 8 ? '00000000' : word).width;
      });
      const needed = Math.max(...widths);
      if (room + 1 < needed)
        found.push(`${cell.innerText.slice(0, 40)}: ${Math.floor(room)} of ${Math.ceil(needed)}`);
    }
    return found;
  });
}

/** What does not fit, by the widths at which it does not. */
async function faultsAt(page: Page): Promise<string[]> {
  const over = await sideways(page);
  return [...(over > 0 ? [`the page: ${over} px`] : []), ...(await narrowCells(page))];
}

describe.skipIf(chromiumPath === undefined)('at every width', () => {
  const open = useBrowser();
  const folder = sharedFolder();
  const siteDir = join(folder, 'site');

  beforeAll(async () => {
    const dataDir = join(folder, 'store');
    const parsed = await run([
      'parse',
      '--quiet',
      '--data-dir',
      dataDir,
      '--log-path',
      'fixtures/access.log*',
    ]);
    expect(parsed.err).toBe('');
    await render({ dataDir, siteDir });
  });

  test('nothing is wider than its window or its paper, and no text is cut into letters', async () => {
    const paths = [
      ...readdirSync(siteDir).filter((name) => name.endsWith('.html')),
      'sessions/index.html',
      'dates/2026-02-03.html',
      'models/gpt-5.html',
      ...readdirSync(join(siteDir, 'sessions'))
        .filter((name) => name.endsWith('.html'))
        .slice(0, 3)
        .map((name) => `sessions/${name}`),
    ];
    const faults: string[] = [];
    const { page } = await open(join(siteDir, 'index.html'));
    for (const path of new Set(paths)) {
      await page.goto(`file://${join(siteDir, path).replaceAll('%', '%25')}`);
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        faults.push(...(await faultsAt(page)).map((fault) => `${path} at ${width}: ${fault}`));
      }
      await page.emulateMedia({ media: 'print' });
      await page.setViewportSize({ width: PAPER, height: 1000 });
      faults.push(...(await faultsAt(page)).map((fault) => `${path} in print: ${fault}`));
      await page.emulateMedia({ media: 'screen' });
    }
    expect(faults).toEqual([]);
  });

  test('rows of narrow pages: the cost ends the first line, and cells of a row have one height', async () => {
    const { page } = await open(join(siteDir, 'dates.html'), { viewport: { width: 768, height: 900 } });
    const ends = await page.locator('table.stats :is(tbody, tfoot) tr').evaluateAll((rows) =>
      rows.map((row) => {
        const [cost, name, rounds] = ['.cost', '.name', '.rounds'].map((one) =>
          (row.querySelector(one) as HTMLElement).getBoundingClientRect(),
        ) as [DOMRect, DOMRect, DOMRect];
        const end = row.getBoundingClientRect().right;
        return Math.round(end - cost.right) === 0 && rounds.top >= Math.max(name.bottom, cost.bottom) - 1;
      }),
    );
    expect(ends).toEqual(Array.from({ length: 7 }, () => true));
    await page.goto(`file://${join(siteDir, 'tools.html')}`);
    const heights = await page
      .locator('table.tools tbody tr')
      .first()
      .locator('td')
      .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().height));
    expect(new Set(heights).size).toBe(1);
  });

  test('links and buttons are large enough for a finger, or far enough from others', async () => {
    const paths = [
      ...readdirSync(siteDir).filter((name) => name.endsWith('.html')),
      'dates/2026-02-03.html',
      'models/gpt-5.html',
      'sessions/index.html#sort=cost',
      'sessions/2026-02/index.html',
      'search.html#q=the',
    ];
    const faults: string[] = [];
    for (const width of [390, 1440])
      for (const path of paths) {
        const [file = '', hash = ''] = path.split('#');
        const { page } = await open(join(siteDir, file), {
          viewport: { width, height: 900 },
          hash: `#${hash}`,
        });
        if (file === 'search.html' && hash !== '') await page.locator('#hits li').first().waitFor();
        await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
        faults.push(...(await smallTargets(page)).map((fault) => `${path} at ${width}: ${fault}`));
      }
    expect(faults).toEqual([]);
  });
});
