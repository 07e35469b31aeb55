import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, expectInWindow, seriousFaults, sideways, useBrowser } from './browser.ts';
import { render, sharedFolder } from './make.ts';
import { storeQuickly, type QuickSession } from './quick-store.ts';

/** When `render` renders. */
const NOW = Date.parse('2026-02-03T04:00:00Z');
const DAY_MS = 86_400_000;

const HOSTILE = '<img src=x onerror=alert(1)> "\u202e\u0007a very long name without any break'.padEnd(
  200,
  'x',
);

/** A day with a slow model that also fails, after a week in which it was quick. */
function sessions(): QuickSession[] {
  const talk = (id: string, model: string, at: number, durationMs: number): QuickSession => ({
    id,
    title: `<b>${id}</b> ${'words of a question '.repeat(5)}`,
    consumer: model === 'slow' ? 'cron' : HOSTILE,
    api: model === 'slow' ? 'one' : HOSTILE,
    rounds: Array.from({ length: model === 'slow' ? 10 : 8 }, (_, i) => ({
      at: at + i * 60_000,
      model,
      input: 90,
      cached: 0,
      output: 90,
      durationMs: durationMs + i * 900,
      firstTokenMs: 400,
      status: i === 5 && at > NOW - DAY_MS ? 503 : 200,
      ...(i > 0 && {
        results: [
          { tool: i % 2 ? 'bash' : HOSTILE, text: i % 3 ? `Error: ${HOSTILE}` : 'fine' },
          { tool: 'read', text: 'fine' },
        ],
      }),
    })),
  });
  return [
    talk('today', 'slow', NOW - 10_000_000, 42_000),
    talk('before', 'slow', NOW - 3 * DAY_MS, 9000),
    talk('other', HOSTILE, NOW - 9_000_000, 3000),
    talk('earlier', HOSTILE, NOW - 20 * DAY_MS, 3000),
  ];
}

describe.skipIf(chromiumPath === undefined)('Health and Tools', () => {
  const open = useBrowser();
  const siteDir = join(sharedFolder(), 'site');
  const dataDir = join(sharedFolder(), 'store');

  beforeAll(async () => {
    storeQuickly(dataDir, sessions());
    await render({ dataDir, siteDir });
  });

  test('the slow model of today is one click from the start page, and its failed round another', async () => {
    const { page, faults } = await open(join(siteDir, 'index.html'));
    await page.locator('.top nav').getByText('Health', { exact: true }).click();
    const lead = page.locator('.lead');
    await lead.waitFor();
    expect(await lead.textContent()).toMatch(
      /^The slowest model today is slow: p90 .* against .* in the 7 days before\./,
    );
    const [first] = await page
      .locator('section >> nth=0 >> table.health >> nth=0 >> tbody tr')
      .allTextContents();
    expect(first).toContain('slow');
    await page.locator('.failures.requests .links a').first().click();
    await expectInWindow(page, '#r-6');
    expect(faults).toEqual({ said: [], strayed: [] });
  });

  test('the tool that fails most, and a round in which it did, without JavaScript', async () => {
    const { page, faults } = await open(join(siteDir, 'tools.html'), { javaScriptEnabled: false });
    const first = page.locator('table.tools tbody tr').first();
    expect(await first.locator('.name').textContent()).toBe('bash');
    await first.locator('a.failed').click();
    await expectInWindow(page, '#t-1');
    await page.locator('#t-1 td.round a').first().click();
    await expectInWindow(page, '#r-8');
    expect(faults.strayed).toEqual([]);
  });

  test.each(['health.html', 'tools.html'])(
    '%s fits every width, and axe finds nothing serious',
    async (path) => {
      for (const colorScheme of ['light', 'dark'] as const) {
        const { page, faults } = await open(join(siteDir, path), { colorScheme });
        for (let width = 320; width <= 1440; width += 40) {
          await page.setViewportSize({ width, height: 800 });
          expect(await sideways(page), `${width} pixels`).toBe(0);
          if (width === 400 || width === 880 || width === 1280)
            expect(await seriousFaults(page), `${width} pixels, ${colorScheme}`).toEqual([]);
        }
        expect(faults).toEqual({ said: [], strayed: [] });
      }
    },
  );

  test('names stay readable at every width: no word is cut every few letters', async () => {
    const { page } = await open(join(siteDir, 'health.html'));
    for (let width = 320; width <= 1440; width += 80) {
      await page.setViewportSize({ width, height: 800 });
      const widths = await page
        .locator(':is(.health, .failures) tbody th')
        .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().width));
      // Eight letters.
      expect(Math.min(...widths), `${width} pixels`).toBeGreaterThan(70);
    }
  });

  test('print has all of it, on white paper', async () => {
    const { page } = await open(join(siteDir, 'health.html'), { colorScheme: 'dark' });
    await page.emulateMedia({ media: 'print' });
    await page.setViewportSize({ width: 718, height: 1000 });
    expect(await sideways(page)).toBe(0);
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    );
    await page.setViewportSize({ width: 1050, height: 700 });
    expect(await sideways(page)).toBe(0);
  });
});
