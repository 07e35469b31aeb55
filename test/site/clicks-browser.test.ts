import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { chromiumPath, useBrowser } from './browser.ts';
import { render, sharedFolder } from './make.ts';
import { quickSessions, storeQuickly, type QuickSession } from './quick-store.ts';

/*
 * Questions that people bring to the site, and how many clicks an answer takes from the overview. The store has planted
 * truths. A click is a click: choosing from a field is two, typing is none.
 */

/** Thursday, 12:00 in Shanghai. */
const NOW = Date.parse('2026-11-26T04:00:00Z');
const at = (time: string): number => Date.parse(`2026-${time}:00+08:00`);

/** For a slow machine. */
const PATIENT = { timeout: 60_000 };

/** The dearest session of the week from 16 to 22 November, and its round 7. */
const DEAR: QuickSession = {
  id: 'agent:ops:main',
  title: 'Compare all quarterly reports',
  consumer: 'research',
  rounds: Array.from({ length: 12 }, (_, i) => ({
    at: at(`11-18T10:${10 + i}`),
    model: 'gpt-5',
    input: i === 6 ? 2_000_000 : 20_000,
    cached: 0,
    output: 100,
  })),
};
/** Spent most of all in the last 7 days, and less before. */
const SPENDER: QuickSession[] = [
  ['11-15T09:00', 500_000],
  ['11-24T09:00', 3_000_000],
].map(([time, input], i) => ({
  id: `agent:main:spender:${i}`,
  title: `Batch ${i}`,
  consumer: 'batch',
  rounds: [
    { at: at(time as string), model: 'claude-sonnet-4-5', input: input as number, cached: 0, output: 1 },
  ],
}));
/** Today, all requests of one provider take 90 s. */
const SLOW: QuickSession = {
  id: 'agent:main:slow',
  title: 'Who is slow?',
  consumer: 'cron',
  rounds: [1, 2, 3].map((i) => ({
    at: at(`11-26T0${i}:00`),
    model: 'deepseek-reasoner',
    input: 1000,
    cached: 0,
    output: 10,
    status: 200,
    durationMs: 90_000,
  })),
};
/** What one tool does most often is to fail. */
const TOOLS: QuickSession = {
  id: 'agent:main:tools',
  title: 'Deploy the bridge',
  consumer: 'cron',
  tools: [
    ['bash', 9, 7],
    ['read_file', 20, 1],
  ],
  rounds: [{ at: at('11-25T09:00'), model: 'gpt-5', input: 1000, cached: 0, output: 10 }],
};

describe.skipIf(chromiumPath === undefined)('answers, in clicks from the overview', () => {
  const open = useBrowser();
  const folder = sharedFolder();
  const siteDir = join(folder, 'site');

  beforeAll(async () => {
    const dataDir = join(folder, 'store');
    storeQuickly(dataDir, [...quickSessions(200, 30, NOW), DEAR, ...SPENDER, SLOW, TOOLS]);
    await render({ dataDir, siteDir }, { now: NOW });
  });

  /** The overview, and what clicks there. */
  async function start(): Promise<{
    page: Page;
    click: (selector: string) => Promise<void>;
    clicks: () => number;
  }> {
    const { page, faults } = await open(join(siteDir, 'index.html'), { now: NOW });
    onTestFinished(() => expect(faults).toEqual({ said: [], strayed: [] }));
    let clicks = 0;
    const click = async (selector: string): Promise<void> => {
      clicks++;
      await page.click(selector);
    };
    return { page, click, clicks: () => clicks };
  }

  /** Whether the site has a page. If not, the test is skipped, and a message is printed. */
  const hasPage = (name: string): boolean => {
    const has = existsSync(join(siteDir, name));
    if (!has)
      process.stderr.write(`skipped: a question that ${name} answers, since this site has no such page\n`);
    return has;
  };

  test('the most expensive session of last week, and the round that made it so: 3', async () => {
    const { page, click, clicks } = await start();
    await click('.dearest >> text="last week"');
    await expect.poll(() => page.locator('#sessions .title').first().innerText(), PATIENT).toBe(DEAR.title);
    expect(await page.locator('#meant').innerText()).toContain('16 Nov to 22 Nov 2026 only.');
    await click('#sessions .title >> nth=0');
    await page.waitForURL(/\/sessions\/agent:ops:main\.html$/);
    // The tallest column of the timeline.
    const titles = await page.locator('.timeline a title').allTextContents();
    const tallest = titles.findIndex((title) => title.includes('$4.0'));
    await click(`.timeline a >> nth=${tallest}`);
    await page.waitForURL(/#r-7$/);
    expect(clicks()).toBe(3);
  });

  test('who spent most, and how it changed: 1', async () => {
    const { page, click, clicks } = await start();
    await click('nav >> text="Consumers"');
    await page.waitForURL(/consumers\.html$/);
    const row = page.locator('.stats tbody tr').first();
    expect(await row.locator('.name').innerText()).toBe('batch');
    expect(await row.locator('.week').innerText()).toBe('$6.00\n+$5.00, +500%');
    expect(clicks()).toBe(1);
  });

  test('why the last 7 days cost something else than those before: 0, and 1 to see it', async () => {
    const { page, click } = await start();
    expect(await page.locator('.cause').innerText()).toMatch(
      /^\$\d+\.\d\d \+ \d+ unpriced in the last 7 days, \$\d+\.\d\d in the 7 before: \$4\.45 of that in one session, Compare all quarterly reports\.$/,
    );
    await click('.cause a >> nth=2');
    await page.waitForURL(/\/sessions\/agent:ops:main\.html$/);
  });

  test('the slow provider of today: 2', async () => {
    if (!hasPage('health.html')) return;
    const { page, click, clicks } = await start();
    await click('nav >> text="Health"');
    await page.waitForURL(/health\.html$/);
    expect(await page.locator('main').innerText()).toContain('deepseek-reasoner');
    expect(clicks()).toBeLessThanOrEqual(2);
  });

  test('the tool that fails most, and one of its failures: 3', async () => {
    if (!hasPage('tools.html')) return;
    const { page, click, clicks } = await start();
    await click('nav >> text="Tools"');
    await page.waitForURL(/tools\.html$/);
    const row = page.locator('main table tbody tr', { hasText: 'bash' }).first();
    await row.waitFor();
    await click('main table tbody tr:has-text("bash") a');
    expect(clicks()).toBeLessThanOrEqual(3);
  });

  test('all sessions with a phrase: 1', async () => {
    if (!hasPage('search.html')) return;
    const { page, click, clicks } = await start();
    await click('nav >> text="Search"');
    await page.waitForURL(/search\.html/);
    await page.locator('main input[type=search]').fill('quarterly reports');
    await page.keyboard.press('Enter');
    await page.locator('main', { hasText: 'Compare all' }).waitFor();
    expect(clicks()).toBeLessThanOrEqual(2);
  });

  test('sessions of today that were slow: 1 address', async () => {
    const { page } = await open(join(siteDir, 'sessions/index.html'), {
      now: NOW,
      hash: '#when=today&status=slow',
    });
    await expect.poll(() => page.locator('#count').innerText(), PATIENT).toBe('1 of 205 sessions');
    expect(await page.locator('#sessions .title').allInnerTexts()).toEqual(['Who is slow?']);
  });

  test('every link to the list names what the list knows', () => {
    const known = new Set(['model', 'consumer', 'status', 'when', 'from', 'to', 'month', 'sort']);
    for (const page of ['index.html', 'models.html', 'dates.html', 'consumers.html']) {
      const html = readFileSync(join(siteDir, page), 'utf8');
      const links = [...html.matchAll(/href="\.\/sessions\/index\.html#([^"]*)"/g)];
      expect(links.length, page).toBeGreaterThan(5);
      for (const [, address = ''] of links) {
        const names = [
          ...new URLSearchParams(address.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=')).keys(),
        ];
        expect(names.filter((name) => !known.has(name))).toEqual([]);
      }
    }
  });

  test('what a link leads to has the number that was clicked', async () => {
    const { page } = await open(join(siteDir, 'models.html'), { now: NOW });
    const rows = await page.locator('.stats tbody tr').evaluateAll((all) =>
      all.map((row) => ({
        href: (row.querySelector('.name a') as HTMLAnchorElement).href,
        sessions: row.querySelector('.sessions')?.textContent ?? '',
        cost: row.querySelector('.cost')?.firstChild?.textContent ?? '',
        weekHref: (row.querySelector('.week a') as HTMLAnchorElement).href,
        week: row.querySelector('.week a')?.textContent ?? '',
      })),
    );
    expect(rows.length).toBeGreaterThan(3);
    for (const { href, sessions, cost, weekHref, week } of rows) {
      await page.goto(href);
      await expect
        .poll(() => page.locator('#count').innerText(), PATIENT)
        .toBe(`${sessions} of 205 sessions`);
      const all = await page.locator('#meant').innerText();
      // Without a known cost, the row says so in another element.
      expect(all).toContain(cost === '' ? 'unpriced.' : cost);
      await page.goto(weekHref);
      await expect
        .poll(() => page.locator('#meant').innerText(), PATIENT)
        .toMatch(new RegExp(`20 Nov to 26 Nov 2026, with .*${week.replace('$', '\\$')}`));
    }
  });
});
