import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumPath, useBrowser } from './browser.ts';
import { makeFolder, render, type Made } from './make.ts';
import { quickSessions, storeQuickly } from './quick-store.ts';

const UNTIL = Date.parse('2026-02-03T00:00:00Z');

async function made(): Promise<Made> {
  const folder = makeFolder();
  const site = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
  storeQuickly(site.dataDir, quickSessions(40, 20, UNTIL));
  await render(site, { refresh: 1 });
  return site;
}

function addSession({ dataDir }: Made): void {
  const round = { at: UNTIL, model: 'gpt-5', input: 7, cached: 0, output: 1 };
  storeQuickly(dataDir, [{ id: 'new', title: 'A new session', consumer: 'cron', rounds: [round] }]);
}

/** Marks the document as it is loaded now: a reload loses the mark. */
const mark = (page: Page): Promise<void> =>
  page.evaluate(() => void (document.body.dataset['mark'] = 'here'));
const isMarked = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.body.dataset['mark'] === 'here');
const reloaded = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.body && document.body.dataset['mark'] === undefined);

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  const open = useBrowser();

  test('by default a page checks every 30 seconds', async () => {
    const site = await made();
    await render(site, { refresh: 30 });
    const { page } = await open(join(site.siteDir, 'index.html'));
    await page.waitForSelector('.written button');
    expect(await page.locator('.written button').getAttribute('title')).toBe(
      'Checks for a newer page every 30 seconds',
    );
  });

  test('another stamp loads the page anew, which keeps scroll position and open parts', async () => {
    const site = await made();
    const { page, faults } = await open(join(site.siteDir, 'index.html'));
    await page.click('summary >> nth=0');
    await page.evaluate(() => scrollTo(0, 500));
    await mark(page);
    await page.waitForTimeout(1500);
    expect(await isMarked(page)).toBe(true);
    addSession(site);
    await render(site, { refresh: 1 });
    await reloaded(page);
    await page.waitForSelector('.written button');
    expect(await page.locator('.figure.sessions .value').innerText()).toBe('41');
    expect(await page.locator('details[open]').count()).toBe(1);
    expect(await page.evaluate(() => Math.round(scrollY))).toBeCloseTo(500, -1);
    expect(faults.said).toEqual([]);
  });

  test('the list keeps typed text, filter, order and focus', async () => {
    const site = await made();
    const { page } = await open(join(site.siteDir, 'sessions/index.html'));
    await page.waitForSelector('thead button');
    await page.selectOption('#consumer', 'cron');
    await page.click('thead >> text="Cost"');
    await page.fill('#search', 'new');
    await mark(page);
    addSession(site);
    await render(site, { refresh: 1 });
    await reloaded(page);
    await page.waitForSelector('thead button');
    expect([
      await page.inputValue('#search'),
      await page.inputValue('#consumer'),
      await page.locator('th[aria-sort]').innerText(),
      await page.evaluate(() => document.activeElement?.id),
      await page.locator('#sessions tbody .title').allInnerTexts(),
    ]).toEqual(['new', 'cron', 'Cost', 'search', ['A new session']]);
  });

  test('switched off, a page stays as it is, here and after a reload; switched on it goes on', async () => {
    const site = await made();
    const { page } = await open(join(site.siteDir, 'index.html'));
    await page.click('text="Refresh on"');
    await page.reload();
    await page.waitForSelector('text="Refresh off"');
    await mark(page);
    addSession(site);
    await render(site, { refresh: 1 });
    await page.waitForTimeout(1500);
    expect(await isMarked(page)).toBe(true);
    await page.click('text="Refresh off"');
    await reloaded(page);
    expect(await page.locator('.figure.sessions .value').innerText()).toBe('41');
  });

  test('with --refresh 0 there is no switch, and nothing is looked for', async () => {
    const site = await made();
    await render(site, { refresh: 0 });
    const { page } = await open(join(site.siteDir, 'index.html'));
    await page.waitForSelector('text="Colours: system"');
    await mark(page);
    writeFileSync(join(site.siteDir, 'build.js'), 'monitorStamp("another",1);');
    await page.waitForTimeout(1500);
    expect([await isMarked(page), await page.locator('.written button').count()]).toEqual([true, 0]);
  });
});
