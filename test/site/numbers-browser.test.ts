import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, useBrowser } from './browser.ts';
import { render, sharedFolder } from './make.ts';
import { storeQuickly, type QuickRound, type QuickSession } from './quick-store.ts';

/*
 * Every number about sessions or rounds leads to the sessions behind it, and these are the ones that the store's rounds say.
 * What a link should find is worked out here from the rounds, not from the site's data.
 */

/** Friday, noon in Shanghai. */
const NOW = Date.parse('2026-11-20T04:00:00Z');
const at = (time: string): number => Date.parse(`2026-${time}:00+08:00`);
const round = (time: string, rest: Partial<QuickRound> = {}): QuickRound => ({
  at: at(time),
  model: 'gpt-5',
  input: 500_000,
  cached: 200_000,
  output: 100,
  status: 200,
  ...rest,
});
const FAILED = { model: 'unknown', input: 0, cached: 0, output: 0, status: 503, unpriced: true } as const;

const SESSIONS: QuickSession[] = [
  ['one', 'ana', round('10-05T09:00'), round('11-10T09:00', { model: 'qwen-max' })],
  ['two', 'ana', round('11-19T23:59'), round('11-20T00:00', { tags: { department: 'ads' } })],
  ['three', 'bo', round('11-20T10:00', { status: 429 }), round('11-20T10:01')],
  ['four', 'bo', round('11-13T10:00', { model: 'kimi-k2', unpriced: true }), round('11-14T10:00', FAILED)],
  ['five', '', round('11-07T10:00', { model: 'qwen-max', currency: 'CNY', tags: { department: 'ops' } })],
  [
    'six',
    'cron',
    round('11-18T10:00'),
    round('11-18T10:05', { results: [{ tool: 'bash', text: 'Error: no' }], durationMs: 60_000 }),
    round('11-18T10:10', { results: [{ tool: 'read', text: 'fine' }], tags: { department: 'ads' } }),
  ],
].map(([id, consumer, ...rounds]) => ({
  id: `s-${id as string}`,
  title: `T ${id as string}`,
  consumer: consumer as string,
  rounds: rounds as QuickRound[],
}));

const DAY_MS = 86_400_000;
const dateOf = (ms: number): string => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10);
const TODAY = dateOf(NOW);
const daysAgo = (days: number): string => dateOf(NOW - days * DAY_MS);
const SPANS: Readonly<Record<string, [from: string, to: string]>> = {
  today: [TODAY, TODAY],
  '7d': [daysAgo(6), TODAY],
  '30d': [daysAgo(29), TODAY],
  'last-week': ['2026-11-09', '2026-11-15'],
};

/** The titles of the sessions that an address of the list asks for. */
function expected(hash: string): string[] {
  const asked = new URLSearchParams(hash);
  const [from, to] = SPANS[asked.get('when') ?? ''] ?? [asked.get('from') ?? '', asked.get('to') ?? '9'];
  const wanted = asked.get('consumer');
  const isMeant = ({ id, consumer }: QuickSession, of: QuickRound): boolean =>
    (!asked.has('model') || of.model === asked.get('model')) &&
    (wanted === null || consumer === (wanted === '-' ? '' : wanted)) &&
    dateOf(of.at) >= from &&
    dateOf(of.at) <= to &&
    asked.getAll('where').every((where) => `department=${of.tags?.['department'] ?? '?'}` === where) &&
    (asked.get('status') !== 'failed' || of.status !== 200) &&
    (asked.get('status') !== 'unpriced' || of.unpriced === true) &&
    (asked.get('status') !== 'failed-tool' || id === 's-six');
  return SESSIONS.filter((session) => session.rounds.some((of) => isMeant(session, of)))
    .map(({ title }) => title ?? '')
    .toSorted();
}

const PAGES = [
  'index',
  'health',
  'tools',
  'context',
  'models',
  'dates',
  'consumers',
  'consumers-by-day',
  'by-department',
  'dates/2026-11-18',
  'models/gpt-5',
  'sessions/index',
].map((name) => `${name}.html`);

/** Numbers without a link of their own, or one in their row, and why. */
const WITHOUT: Readonly<Record<string, string>> = {
  'by-department.html: not recorded':
    'The list has no filter for rounds from before a dimension was declared.',
  'context.html: By model / Total': 'Of all sessions.',
  'health.html: Hours of today / 00:00': 'The list has days, no hours.',
  'health.html: Hours of today / 10:00': 'The list has days, no hours.',
  'index.html: Input tokens': 'Of all sessions.',
  'index.html: Output tokens': 'Of all sessions.',
  'tools.html: Total': 'Calls are no sessions; the failed ones are listed below.',
  'tools.html: bash': 'Calls are no sessions; the failed ones are listed below.',
  'tools.html: read': 'Calls are no sessions; the failed ones are listed below.',
};

/** What is asked of a page. */
interface Looked {
  links: { hash: string; sessions: string; text: string }[];
  unlinked: string[];
}

/** The links to the list, with the number of sessions in their row; and the numbers that have none. */
function look(page: Page): Promise<Looked> {
  return page.evaluate(() => {
    const isLink = (link: Element): boolean =>
      link.matches('a.title') || /index\.html#|sessions\//.test(link.getAttribute('href') ?? '');
    const links = [...document.querySelectorAll('main a[href*="index.html#"]')].map((link) => {
      const row = link.closest('th.name')?.closest('tr');
      const isName = link.matches('th.name > a:not(.failed)');
      return {
        hash: (link.getAttribute('href') ?? '').replace(/^[^#]*#/, ''),
        sessions: (isName && row?.querySelector('td.sessions')?.textContent) || '',
        text: link.textContent?.trim().slice(0, 40) ?? '',
      };
    });
    const numbers = [...document.querySelectorAll('main td, main dd > span, main .cause, main .failed')];
    const unlinked = numbers
      .filter((cell) => /\d/.test(cell.textContent ?? ''))
      .filter((cell) => {
        const around = cell.closest('a') ?? cell.closest('tr, .cause, dd') ?? cell;
        return !(around.matches('a') || [...around.querySelectorAll('a')].some(isLink));
      })
      .map((cell) => {
        const row = cell.closest('tr');
        const section = cell.closest('section')?.querySelector('h2, h3')?.textContent ?? '';
        const name =
          row?.querySelector('th')?.textContent ?? cell.closest('.figure')?.querySelector('dt')?.textContent;
        return [section, name?.replace(/ ?\d+ failed$/, '') ?? cell.className].filter(Boolean).join(' / ');
      });
    return { links, unlinked };
  });
}

describe.skipIf(chromiumPath === undefined)('numbers', () => {
  const open = useBrowser();
  const folder = sharedFolder();
  const siteDir = join(folder, 'site');

  beforeAll(async () => {
    const dataDir = join(folder, 'store');
    storeQuickly(dataDir, SESSIONS, ['department']);
    await render({ dataDir, siteDir }, { now: NOW, budget: { amount: '2', currency: 'USD', per: 'week' } });
  });

  test('every number has a link to its sessions, or is one of a few with a reason', async () => {
    const found = new Set<string>();
    const { page } = await open(join(siteDir, 'index.html'), { now: NOW });
    for (const path of PAGES) {
      await page.goto(`file://${join(siteDir, path)}`);
      for (const one of (await look(page)).unlinked) found.add(`${path}: ${one}`);
    }
    expect([...found].toSorted()).toEqual(Object.keys(WITHOUT).toSorted());
  });

  test('every link finds just the sessions behind its number', async () => {
    const { page, faults } = await open(join(siteDir, 'index.html'), { now: NOW });
    const hashes = new Map<string, string>();
    for (const path of PAGES) {
      await page.goto(`file://${join(siteDir, path)}`);
      for (const { hash, sessions, text } of (await look(page)).links) {
        hashes.set(hash, `${path} ${text}`);
        if (sessions !== '') expect(expected(hash).length, `${path} ${text}`).toBe(Number(sessions));
      }
    }
    expect(hashes.size).toBeGreaterThan(40);
    await page.goto(`file://${join(siteDir, 'sessions/index.html')}`);
    for (const [hash, where] of hashes) {
      const titles = expected(hash);
      await page.goto(`file://${join(siteDir, 'sessions/index.html')}#${hash}`);
      const shown = (): Promise<string[]> =>
        page
          .locator('#sessions tbody .title')
          .allInnerTexts()
          .then((texts) => texts.toSorted());
      await expect.poll(shown, { timeout: 10_000, message: `${where}: #${hash}` }).toEqual(titles);
      expect(titles.length, `${where}: #${hash}`).toBeGreaterThan(0);
    }
    expect(faults.said).toEqual([]);
  });

  test('without JavaScript, dates and models lead to their sessions', async () => {
    const { page } = await open(join(siteDir, 'index.html'), { javaScriptEnabled: false });
    const shown = (): Promise<string[]> => page.locator('table.prepared .title').allInnerTexts();
    await page.locator('table.stats th.name a', { hasText: 'qwen-max' }).first().click();
    expect(await shown()).toEqual(['T one', 'T five']);
    expect(await page.locator('h1').innerText()).toBe('Sessions with qwen-max');
    await page.locator('a', { hasText: 'All models' }).click();
    expect(page.url()).toContain('/models.html');
    for (const [date, titles] of [
      ['Fri 20 Nov 2026', ['T three', 'T two']],
      ['Sat 14 Nov 2026', ['T four']],
    ] as const) {
      await page.goto(`file://${join(siteDir, 'dates.html')}`);
      await page.locator('table.stats th.name a', { hasText: date }).click();
      expect(await shown()).toEqual(titles);
    }
    await page.goto(`file://${join(siteDir, 'index.html')}`);
    await page.locator('a.column').last().click();
    expect(await shown()).toEqual(['T three', 'T two']);
    await page.locator('table.prepared .title').first().click();
    expect(await page.locator('h1').innerText()).toContain('T three');
  });
});
