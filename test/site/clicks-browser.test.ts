import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { chromiumPath, expectInWindow, seriousFaults, useBrowser } from './browser.ts';
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
/** Today, all requests of one provider take 90 s, in place of 2 s, and most of another one's fail. */
const SLOW: QuickSession = {
  id: 'agent:main:slow',
  title: 'Who is slow?',
  consumer: 'cron',
  rounds: ['24', '26'].flatMap((day) =>
    [1, 2, 3, 4, 5].map((i) => ({
      at: at(`11-${day}T0${i}:00`),
      model: 'deepseek-reasoner',
      input: 1000,
      cached: 0,
      output: 10,
      status: 200,
      durationMs: day === '26' ? 90_000 : 2000,
    })),
  ),
};
const FAILING: QuickSession = {
  id: 'agent:main:failing',
  title: 'Who fails?',
  consumer: 'cron',
  rounds: [200, 503, 503, 200, 429, 503].map((status, i) => ({
    at: at(`11-26T0${i + 1}:30`),
    model: 'kimi-k2',
    input: 1000,
    cached: 0,
    output: 10,
    status,
  })),
};
/** A tool fails in most of its calls, last of all in the request of round 9; another one is called more often. */
const TOOLS: QuickSession = {
  id: 'agent:main:tools',
  title: 'Deploy the bridge',
  consumer: 'cron',
  rounds: Array.from({ length: 10 }, (_, i) => ({
    at: at(`11-25T09:${10 + i}`),
    model: 'gpt-5',
    input: 1000,
    cached: 0,
    output: 10,
    ...(i > 0 && {
      results: [
        {
          tool: 'bash',
          text: [2, 9].includes(i) ? 'done' : `Error: no branch bridge-${i}`,
        },
        { tool: 'read_file', text: i === 1 ? 'Error: no such file' : 'fine' },
        { tool: 'read_file', text: 'fine' },
      ],
    }),
  })),
};
/** Its context is read from the cache each time but once, in round 5. */
const MISSING: QuickSession = {
  id: 'agent:main:missing',
  title: 'Why is the cache cold?',
  consumer: 'cron',
  rounds: [0, 1, 2, 3, 4, 5].map((i) => ({
    at: at(`11-23T09:1${i}`),
    model: 'gpt-5',
    input: 300_000 + i * 1000,
    cached: i === 0 || i === 4 ? 0 : 300_000,
    output: 10,
  })),
};
/** Two sessions in which somebody says the same, in different case. */
const SAID = [
  'The Queue holds 4,711 letters.',
  'Why does the queue hold 4,711 letters? See the queue HOLDS 4,711',
];
const PHRASE: QuickSession[] = SAID.map((text, n) => ({
  id: `agent:main:said:${n}`,
  title: `Said ${n}`,
  consumer: 'cron',
  rounds: Array.from({ length: 6 }, (_, i) => ({
    at: at(`11-${20 + n}T09:1${i}`),
    model: 'gpt-5',
    input: 1000,
    cached: 0,
    output: 10,
    ...(i === n + 2 && { text }),
  })),
}));

describe.skipIf(chromiumPath === undefined)('answers, in clicks from the overview', () => {
  const open = useBrowser();
  const folder = sharedFolder();
  const siteDir = join(folder, 'site');

  beforeAll(async () => {
    const dataDir = join(folder, 'store');
    storeQuickly(dataDir, [
      ...quickSessions(200, 30, NOW),
      DEAR,
      ...SPENDER,
      SLOW,
      FAILING,
      TOOLS,
      MISSING,
      ...PHRASE,
    ]);
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

  test('the most expensive session of last week, and the round that made it so: 3', async () => {
    const { page, click, clicks } = await start();
    await click('.dearest >> text="last week"');
    await expect.poll(() => page.locator('#sessions .title').first().innerText(), PATIENT).toBe(DEAR.title);
    expect(await page.locator('#meant').innerText()).toContain('16 Nov to 22 Nov 2026 only.');
    await click('#sessions .title >> nth=0');
    await page.waitForURL(/\/sessions\/agent:ops:main\.html$/);
    expect(await page.locator('.why .meta').innerText()).toBe('90% of the cost is round 7.');
    await click('.why .meta a');
    await page.waitForURL(/#r-7$/);
    await expectInWindow(page, '#r-7');
    expect(await page.locator('#r-7').innerText()).toContain('2,000,000');
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

  test('the slow and the failing provider of today: 1, and a failed request of it: 2', async () => {
    const { page, click, clicks } = await start();
    await click('nav >> text="Health"');
    await page.waitForURL(/health\.html$/);
    expect((await page.locator('.lead').innerText()).replaceAll('\u00a0', ' ')).toBe(
      'The slowest model today is deepseek-reasoner: p90 1 min 28 s against 2.0 s in the 7 days before. Most failures: kimi-k2, 4 of 6 (67%).',
    );
    expect(clicks()).toBe(1);
    expect(await page.locator('.failures.requests tbody tr').allInnerTexts()).toEqual([
      'Who fails?\t4 of 6 rounds\t#6 503 #5 429 #3 503 and 1 more\tkimi-k2\t26 Nov 06:30',
    ]);
    await click('.failures.requests .links a >> nth=0');
    await page.waitForURL(/\/sessions\/agent:main:failing\.html#r-6$/);
    await expectInWindow(page, '#r-6');
    expect(await page.locator('#r-6').innerText()).toContain('503');
    expect(clicks()).toBe(2);
  });

  test('the tool that fails most, and one of its failures: 3', async () => {
    const { page, click, clicks } = await start();
    await click('nav >> text="Tools"');
    await page.waitForURL(/tools\.html$/);
    expect(await page.locator('.lead').innerText()).toBe('Most failures: bash, 7 of 9 calls (78%).');
    const [first = '', second = ''] = await page.locator('table.tools tbody tr').allInnerTexts();
    expect([first.split('\t').slice(0, 5), second.split('\t').slice(0, 5)]).toEqual([
      ['bash', '9', '1', '7', '78%'],
      ['read_file', '18', '1', '1', '6%'],
    ]);
    await click('table.tools tbody tr >> nth=0 >> a.failed');
    await expectInWindow(page, '#t-1');
    await click('#t-1 td.round a >> nth=0');
    await page.waitForURL(/\/sessions\/agent:main:tools\.html#r-9$/);
    await expectInWindow(page, '#r-9');
    expect(await page.locator('#r-9').textContent()).toContain('Error: no branch bridge-8');
    expect(clicks()).toBe(3);
  });

  test('how much of the input caches held, by consumer: 1', async () => {
    const { page, click, clicks } = await start();
    await click('nav >> text="Consumers"');
    await page.waitForURL(/consumers\.html$/);
    const rows = page.locator('.stats tbody tr');
    const held = await rows.evaluateAll((all) =>
      all.map((row) => [
        row.querySelector('.name a')?.textContent,
        row.querySelector('.cached')?.textContent,
      ]),
    );
    expect(held).toEqual([
      ['batch', '0%'],
      ['discord-bot', '62%'],
      ['dev-cli', '62%'],
      ['telegram-bot', '63%'],
      ['cron', '63%'],
      ['research', '0%'],
      ['support-desk', '64%'],
    ]);
    expect(clicks()).toBe(1);
  });

  test('cache misses, and the round that missed most: 2', async () => {
    const { page, click, clicks } = await start();
    await click('nav >> text="Context"');
    await page.waitForURL(/context\.html$/);
    const [first = ''] = await page.locator('section:has(#misses) tbody tr').allInnerTexts();
    expect(first.replaceAll('\u00a0', ' ').replaceAll(/\s*\t/g, '\t')).toBe(
      'Why is the cache cold?\t1 of 6 rounds\t#5 300 K\nIt repeats all messages of round 4, 1 min later: the cache may have expired.\t$0.54\t300 K',
    );
    expect(await seriousFaults(page)).toEqual([]);
    await click('section:has(#misses) tbody .links a >> nth=0');
    await page.waitForURL(/\/sessions\/agent:main:missing\.html#r-5$/);
    await expectInWindow(page, '#r-5');
    expect(clicks()).toBe(2);
  });

  test('the context that grew most, and the request that is largest: 2', async () => {
    const { page, click, clicks } = await start();
    await click('nav >> text="Context"');
    const row = page.locator('section:has(#growth) tbody tr').first();
    expect((await row.innerText()).replaceAll('\u00a0', ' ').split(/\s*\t/)).toEqual([
      DEAR.title,
      '100 ×',
      'first #1 20.0 K largest #7 2.00 M last #12 20.0 K',
      '1.98 M',
    ]);
    await click('section:has(#growth) tbody .links a >> nth=1');
    await page.waitForURL(/\/sessions\/agent:ops:main\.html#r-7$/);
    await expectInWindow(page, '#r-7');
    expect(clicks()).toBe(2);
  });

  test('all sessions with a phrase: 1, and the round: 2', async () => {
    const { page, click, clicks } = await start();
    await click('nav >> text="Search"');
    await page.waitForURL(/search\.html$/);
    // The field has the focus.
    await page.keyboard.type('queue holds 4,711');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => page.locator('#progress').innerText(), PATIENT)
      .toMatch(/^2 hits in 2 sessions\. 209 of 209 sessions searched; \d+ kB loaded\.$/);
    const found = await page
      .locator('#hits .found')
      .evaluateAll((all) =>
        all.map((item) => [
          item.querySelector('.found-title')?.textContent,
          ...Array.from(item.querySelectorAll('.hit-round'), (round) => round.textContent),
          ...Array.from(item.querySelectorAll('mark'), (match) => match.textContent),
        ]),
      );
    expect(found).toEqual([
      ['Said 1', 'Round 4', 'queue HOLDS 4,711'],
      ['Said 0', 'Round 3', 'Queue holds 4,711'],
    ]);
    expect(clicks()).toBe(1);
    await click('#hits .hit >> nth=1');
    await page.waitForURL(/\/sessions\/agent:main:said:0\.html#r-3$/);
    await expectInWindow(page, '#r-3');
    expect(clicks()).toBe(2);
  });

  test('sessions of today that were slow: 1 address', async () => {
    const { page } = await open(join(siteDir, 'sessions/index.html'), {
      now: NOW,
      hash: '#when=today&status=slow',
    });
    await expect.poll(() => page.locator('#count').innerText(), PATIENT).toBe('1 of 209 sessions');
    expect(await page.locator('#sessions .title').allInnerTexts()).toEqual(['Who is slow?']);
  });

  test('every link to the list names what the list knows', () => {
    const known = new Set(['model', 'consumer', 'status', 'when', 'from', 'to', 'month', 'sort']);
    for (const page of ['index.html', 'models.html', 'dates.html', 'consumers.html', 'context.html']) {
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
        .toBe(`${sessions} of 209 sessions`);
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
