import { join } from 'node:path';
import { statSync } from 'node:fs';
import type { Page as BrowserPage } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { noLogError } from '../../src/logs/discover.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { chromiumPath, seriousFaults, sideways, useBrowser } from './browser.ts';
import { sharedFolder, writeLists, writePages } from './make.ts';
import { entriesOf, quickSessions, type QuickSession } from './quick-store.ts';

const NOW = Date.parse('2026-11-20T08:32:00Z');
const PAGES = [
  'index.html',
  'sessions/index.html',
  'sessions/2026-11/index.html',
  'sessions/2026-11/1.html',
  'models.html',
  'dates.html',
  'consumers.html',
];

/** The pages about all sessions, without those of the sessions. */
function writeSite(dir: string, sessions: readonly QuickSession[]): void {
  writeLists(dir, entriesOf(sessions), NOW);
}

const HOSTILE = `<img src=x onerror=alert(1)>"'\`{{x}}</script><script>alert(2)</script>\u202e\u001b[31m&amp;`;
const WORD = 'w'.repeat(5000);
const round = { at: NOW - 1000, model: 'gpt-5', input: 100, cached: 40, output: 10 };

const MADE: QuickSession[] = [
  { id: HOSTILE, title: HOSTILE, consumer: HOSTILE, rounds: [{ ...round, model: HOSTILE }] },
  { id: `a/b%2F?#${WORD}`, title: WORD, consumer: WORD, rounds: [{ ...round, model: WORD }] },
  { id: 'index', title: 'The page of the list', consumer: 'cron', rounds: [round] },
  { id: 'agent:one', title: null, consumer: '', rounds: [round] },
  {
    id: 'agent:two',
    title: 'Zwei',
    consumer: 'cron',
    rounds: [{ ...round, model: 'unknown', unpriced: true }],
  },
  { id: 'left', title: 'שלום עולם (1)', consumer: 'cron', rounds: [round, round] },
];

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  const open = useBrowser();
  const folder = sharedFolder();
  const [small, large, empty] = ['small', 'large', 'empty'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];

  beforeAll(() => {
    writeSite(small, [...quickSessions(130, 30, NOW - 60_000), ...MADE]);
    for (const name of ['agent:one', 'left', 'index~']) {
      writePages(small, [{ path: `sessions/${name}.html`, key: '', render: () => '<!doctype html>' }]);
    }
    writeSite(large, quickSessions(10_000, 200, NOW));
    writeSite(empty, []);
  });

  const listed = (page: BrowserPage): Promise<string[]> =>
    page.locator('#sessions tbody .title').allInnerTexts();
  const drawn = (page: BrowserPage): Promise<unknown> =>
    page.waitForSelector('#pager button', { state: 'attached' });

  test.each(PAGES)(
    '%s: hostile text is text, all fits on a phone, axe finds nothing serious',
    async (path) => {
      const { page, faults } = await open(join(small, path));
      expect(await page.locator('main :is(img, script, iframe, style, [style], [onerror])').count()).toBe(0);
      if (path !== 'dates.html')
        expect(await page.locator('main').innerText()).toContain('<img src=x onerror=alert(1)>');
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true;
      });
      expect(await seriousFaults(page)).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await seriousFaults(page)).toEqual([]);
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await sideways(page)).toBe(0);
      expect(faults).toEqual({ said: [], strayed: [] });
    },
  );

  test('without JavaScript: sums, newest sessions, charts with their tables, and links to every list page', async () => {
    const { page } = await open(join(small, 'index.html'), { javaScriptEnabled: false });
    expect(await page.locator('.figure.sessions .value').innerText()).toBe('136');
    expect(await page.locator('.sessions tbody tr').count()).toBe(10);
    expect(await page.locator('svg.chart-plot').count()).toBe(2);
    expect(await page.locator('svg.chart-plot .column').count()).toBe(62);
    await page.click('summary >> nth=0');
    expect(await page.locator('details[open] tbody tr').count()).toBeGreaterThan(20);
    await page.click('text=All 136 sessions');
    await page.waitForURL(/\/sessions\/index\.html$/);
    expect(await page.locator('#sessions tbody tr').count()).toBe(100);
    expect(await page.locator('#filters').isVisible()).toBe(false);
    // 136 sessions of 30 days: those of November, by first round, then of October.
    const months = await page.locator('.pager a').allInnerTexts();
    expect(months.map((text) => text.replace(/\d+\)/, 'n)'))).toEqual(['Nov 2026 (n)', 'Oct 2026 (n)']);
    const counts = months.map((text) => Number(/\((\d+)\)/.exec(text)?.[1]));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(136);
    await page.click('.pager >> text=/^Nov 2026/');
    await page.waitForURL(/\/sessions\/2026-11\/index\.html$/);
    expect([await page.title(), await page.locator('#sessions tbody tr').count()]).toEqual([
      'Sessions of Nov 2026 · agent-session-monitor',
      Math.min(100, counts[0] ?? 0),
    ]);
    await page.click('.pager >> text="All months"');
    await page.waitForURL(/\/sessions\/index\.html$/);
  });

  test('without JavaScript, a large month has pages of a hundred, which lead to one another', async () => {
    const { page } = await open(join(large, 'sessions/2026-09/index.html'), { javaScriptEnabled: false });
    await page.click('.pager >> text="2"');
    await page.waitForURL(/\/sessions\/2026-09\/2\.html$/);
    expect([await page.title(), await page.locator('#sessions tbody tr').count()]).toEqual([
      'Sessions of Sep 2026, page 2 · agent-session-monitor',
      100,
    ]);
    expect(await page.locator('#range').innerText()).toBe(
      '101 to 200, numbered from the oldest by first round',
    );
    await page.click('.pager >> text="Older"');
    await page.waitForURL(/\/sessions\/2026-09\/1\.html$/);
    await page.click('.pager >> text="Newer"');
    await page.waitForURL(/\/sessions\/2026-09\/2\.html$/);
    await page.click('.pager >> text="Sep 2026"');
    await page.waitForURL(/\/sessions\/2026-09\/index\.html$/);
  });

  test('what JavaScript draws is what the page had: the same rows, cell by cell', async () => {
    const rowsOf = async (javaScriptEnabled: boolean): Promise<string[]> => {
      const { page } = await open(join(small, 'sessions/index.html'), { javaScriptEnabled });
      if (javaScriptEnabled) await drawn(page);
      const rows = await page
        .locator('#sessions tbody tr')
        .evaluateAll((all) => all.map((row) => row.outerHTML));
      return rows.slice(0, 100);
    };
    expect(await rowsOf(true)).toEqual(await rowsOf(false));
  });

  test('search, filters and sorting', async () => {
    const { page, faults } = await open(join(small, 'sessions/index.html'));
    await drawn(page);
    await page.fill('#search', 'TWO agent');
    await expect.poll(() => listed(page)).toEqual(['Zwei']);
    expect(await page.locator('#count').innerText()).toBe('1 of 136 sessions');
    await page.fill('#search', 'no such thing');
    await page.locator('#nothing').waitFor();
    await page.click('#clear');
    await expect.poll(() => page.locator('#sessions tbody tr').count()).toBe(136);
    await page.selectOption('#model', 'unknown');
    await expect.poll(() => listed(page)).toEqual(['Zwei']);
    await page.selectOption('#model', '');
    await page.selectOption('#consumer', 'cron');
    await page.click('thead >> text="Rounds"');
    await expect.poll(() => page.locator('th[aria-sort]').innerText()).toBe('Rounds');
    const rounds = await page.locator('#sessions tbody td.rounds').allInnerTexts();
    expect(rounds.length).toBeGreaterThan(10);
    expect(rounds.map(Number)).toEqual(rounds.map(Number).toSorted((a, b) => b - a));
    await page.click('thead >> text="Rounds"');
    await expect.poll(() => page.locator('#sessions tbody td.rounds').first().innerText()).toBe('1');
    expect(page.url()).toMatch(/#consumer=cron&sort=rounds&ascending=1$/);
    await page.reload();
    await drawn(page);
    expect(await page.locator('#consumer').inputValue()).toBe('cron');
    expect(faults.said).toEqual([]);
  });

  test('10,000 sessions: nothing is loaded before somebody asks, then a month, then all', async () => {
    expect(statSync(join(large, 'index.html')).size).toBeLessThan(300_000);
    const { page, faults } = await open(join(large, 'sessions/index.html'));
    const loaded: string[] = [];
    page.on('request', (request) => loaded.push(request.url()));
    await page.locator('#filters').waitFor();
    expect(await page.locator('#sessions tbody tr').count()).toBe(100);
    expect(await page.locator('#count').innerText()).toBe('10,000 sessions');
    await page.click('thead >> text="Cost"');
    await expect.poll(() => page.locator('#count').innerText()).toMatch(/^\d\d\d sessions of Nov 2026$/);
    expect(loaded.filter((url) => !/\/sessions\/2026-11\/(\d+|parts)\.js|favicon\.svg/.test(url))).toEqual(
      [],
    );
    expect(await page.locator('#range').innerText()).toMatch(/^1 to 200 of \d\d\d$/);
    await page.click('#more');
    await expect.poll(() => page.locator('#count').innerText(), { timeout: 60_000 }).toBe('10,000 sessions');
    expect(await page.locator('#more').isHidden()).toBe(true);
    const costs = await page.locator('#sessions tbody td.cost .sum').allInnerTexts();
    const amounts = costs.map((text) => Number(text.replace('$', '')));
    expect(amounts).toEqual(amounts.toSorted((a, b) => b - a));
    await page.fill('#search', 'nightly');
    await expect.poll(() => page.locator('#count').innerText()).toMatch(/^1,\d\d\d of 10,000 sessions$/);
    expect(await page.locator('#sessions tbody tr').count()).toBe(200);
    expect(page.url()).toMatch(/#search=nightly&month=all&sort=cost&ascending=0$/);
    await page.reload();
    await expect
      .poll(() => page.locator('#count').innerText(), { timeout: 60_000 })
      .toMatch(/^1,\d\d\d of 10,000/);
    expect(faults.said).toEqual([]);
  });

  test('/session?id= leads to the session, whole or by a unique start, whatever its characters', async () => {
    const leadsTo = async (query: string, path: string): Promise<void> => {
      const { page } = await open(join(small, 'session/index.html'), { hash: query });
      await page.waitForURL((url) => url.href.endsWith(`/small/${path}`));
    };
    const says = async (query: string, words: string): Promise<void> => {
      const { page } = await open(join(small, 'session/index.html'), { hash: query });
      await page.locator('#found', { hasText: words }).waitFor();
      expect(page.url()).toContain('/session/index.html');
    };
    await leadsTo('?id=agent:one#r-3', 'sessions/agent:one.html#r-3');
    await leadsTo('?id=lef', 'sessions/left.html');
    await leadsTo('?id=index', 'sessions/index~.html');
    await says('?id=nobody', 'There is no session nobody on this site.');
    await says('?id=agent:', 'sessions start with this id');
    const { page } = await open(join(small, 'session/index.html'));
    await page.route('**/2026-11/1.js*', (route) => route.abort());
    await page.goto(`${page.url()}?id=agent:one`);
    await page.locator('#found', { hasText: 'The data of the list cannot be loaded. Reload' }).waitFor();
  });

  test('the sums of the overview are those of every table', async () => {
    const { page } = await open(join(small, 'index.html'));
    const cost = await page.locator('.figure.cost .value').innerText();
    const rounds = await page.locator('.figure.rounds .value').innerText();
    for (const path of ['index.html', 'models.html', 'dates.html', 'consumers.html']) {
      const { page: other } = await open(join(small, path));
      const totals = other.locator('.stats tfoot');
      for (const total of await totals.all()) {
        expect(await total.locator('.cost').innerText(), path).toContain(cost);
        expect(await total.locator('.rounds').innerText(), path).toBe(rounds);
      }
    }
  });

  test('print shows the tables that are closed', async () => {
    const { page } = await open(join(small, 'index.html'));
    expect(await page.locator('.data table >> nth=0').isVisible()).toBe(false);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.data table >> nth=0').isVisible()).toBe(true);
    expect(await page.locator('.top nav').isVisible()).toBe(false);
  });

  test.each(PAGES.filter((path) => !path.includes('2026-11')))(
    'a store without rounds says what to do: %s',
    async (path) => {
      const { page, faults } = await open(join(empty, path), { viewport: { width: 360, height: 740 } });
      expect(faults.said).toEqual([]);
      expect(await sideways(page)).toBe(0);
      const text = await page.locator('main').innerText();
      expect(text).toContain(
        path === 'index.html' ? 'monitor parse --log-path' : 'The overview says what to do.',
      );
      expect(await seriousFaults(page)).toEqual([]);
    },
  );

  test('a store without rounds names the places that parse names', async () => {
    const { page } = await open(join(empty, 'index.html'));
    const places = (await page.locator('.steps pre >> nth=1').innerText()).trim().split('\n');
    const { message } = noLogError(nodeFiles, ['/x.log']);
    expect(places.map((place) => place.split('   # '))).toEqual([
      ['/var/log/higress/access.log'],
      ['/var/log/proxy/access.log'],
      ['/var/log/higress/gateway.log', 'the all-in-one image: the logs folder of its data'],
      ['/var/log/containers/higress-gateway-*.log', "a Kubernetes node, Helm's default"],
      ['/var/lib/docker/containers/<id>/<id>-json.log', 'docker inspect -f {{.LogPath}} <container>'],
    ]);
    expect(places.filter((place) => !place.split('   # ').every((words) => message.includes(words)))).toEqual(
      [],
    );
  });
});
