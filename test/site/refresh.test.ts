import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumPath, expectInWindow, seriousFaults, useBrowser } from './browser.ts';
import { pageToken } from '../../src/site/page-changes.ts';
import { makeFolder, render, type Made } from './make.ts';
import { quickSessions, storeQuickly, type QuickSession } from './quick-store.ts';

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

function addRounds({ dataDir }: Made, session: QuickSession, count: number): void {
  const rounds = Array.from({ length: count }, (_, i) => {
    return { at: UNTIL + i * 1000, model: 'gpt-5', input: 7, cached: 0, output: 1, text: `more ${i}` };
  });
  storeQuickly(dataDir, [{ ...session, rounds }]);
}

/** What changes.js says after the stamp that the site has before `change`. */
async function changesOf(site: Made, change: () => unknown): Promise<(Record<string, number> | null)[]> {
  const read = (name: string): unknown[] =>
    JSON.parse(
      `[${readFileSync(join(site.siteDir, name), 'utf8').replace(/^\w+\(|\);\n$/g, '')}]`,
    ) as unknown[];
  const [stamp] = read('build.js');
  await change();
  await render(site, { refresh: 1 });
  const [renders] = read('changes.js') as [[string, Record<string, number> | null][]];
  expect(renders.at(-1)?.[0]).toBe(read('build.js')[0]);
  return renders.slice(renders.findLastIndex(([one]) => one === stamp) + 1).map(([, pages]) => pages);
}

/** Marks the document as it is loaded now: a reload loses the mark. */
const mark = (page: Page): Promise<void> =>
  page.evaluate(() => void (document.body.dataset['mark'] = 'here'));
const isMarked = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.body.dataset['mark'] === 'here');
const reloaded = (page: Page): Promise<unknown> =>
  page.waitForFunction(() => document.body && document.body.dataset['mark'] === undefined);

/** The newest page of a session. */
const pageFile = ({ siteDir }: Made, { id }: QuickSession): string => join(siteDir, `sessions/${id}.html`);

describe('changes.js', () => {
  test('names the pages that a render wrote or removed, and the rounds of a session', async () => {
    const site = await made();
    const [session] = quickSessions(40, 20, UNTIL) as [QuickSession];
    const pages = await changesOf(site, () => addRounds(site, session, 2));
    const token = pageToken(`sessions/${session.id}.html`);
    expect(Object.keys(pages[0] ?? {})).toEqual(
      expect.arrayContaining(
        ['index.html', 'models.html', 'dates.html', 'consumers.html', 'sessions/index.html'].map(pageToken),
      ),
    );
    expect([pages.length, pages[0]?.[token]]).toEqual([1, session.rounds.length + 2]);
    expect(Object.values(pages[0] ?? {}).filter((rounds) => rounds > 0)).toHaveLength(1);
  });

  test('names none if many were written, all were, or a render was killed', async () => {
    const site = await made();
    const many = quickSessions(40, 20, UNTIL);
    expect(
      await changesOf(site, () => {
        for (const session of many) addRounds(site, session, 1);
      }),
    ).toEqual([null]);
    expect(await changesOf(site, () => render(site, { refresh: 1, full: true }))).toEqual([]);
    addRounds(site, many[0] as QuickSession, 1);
    expect(
      await changesOf(site, () => writeFileSync(join(site.siteDir, '.monitor/journal'), 'index.html\n')),
    ).toEqual([null]);
  });

  test('remembers twelve renders', async () => {
    const site = await made();
    const [session] = quickSessions(40, 20, UNTIL) as [QuickSession];
    for (let i = 0; i < 14; i++) {
      addRounds(site, session, 1);
      await render(site);
    }
    const text = readFileSync(join(site.siteDir, 'changes.js'), 'utf8');
    const renders = JSON.parse(text.slice('monitorChanges('.length, -3)) as unknown[];
    expect(renders).toHaveLength(12);
  });
});

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
    await page.evaluate(() => {
      (document.activeElement as HTMLElement).blur();
      scrollTo(0, 500);
    });
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

  test('a page that has not changed stays as it is', async () => {
    const site = await made();
    const [session] = quickSessions(40, 20, UNTIL) as [QuickSession];
    const other = quickSessions(40, 20, UNTIL).at(-1) as QuickSession;
    const { page } = await open(pageFile(site, other));
    await page.waitForSelector('.written button');
    await mark(page);
    addRounds(site, session, 1);
    await render(site, { refresh: 1 });
    await page.waitForTimeout(3000);
    expect([await isMarked(page), await page.locator('.news').count()]).toEqual([true, 0]);
    // It goes on looking: what changes later is told.
    addRounds(site, other, 2);
    await render(site, { refresh: 1 });
    await page.waitForSelector('.news');
    expect(await isMarked(page)).toBe(true);
  });

  test('a conversation says how many rounds are new, and shows the first of them', async () => {
    const site = await made();
    const [session] = quickSessions(40, 20, UNTIL) as [QuickSession];
    const { page, faults } = await open(pageFile(site, session));
    await page.waitForSelector('.written button');
    addRounds(site, session, 1);
    await render(site, { refresh: 1 });
    await page.waitForSelector('.news >> text="1 new round"');
    addRounds(site, session, 2);
    await render(site, { refresh: 1 });
    await page.waitForSelector('.news >> text="3 new rounds"');
    expect(await page.locator('.news').count()).toBe(1);
    expect(await seriousFaults(page)).toEqual([]);
    await mark(page);
    await page.click('.news >> text="Show"');
    await reloaded(page);
    await page.waitForSelector('.written button');
    const first = page.locator(`#r-${session.rounds.length + 1}`);
    await expectInWindow(page, `#r-${session.rounds.length + 1}`);
    expect((await first.boundingBox())?.y).toBeLessThan(100);
    expect([await page.locator('.news').count(), faults.said]).toEqual([0, []]);
    // They close this page: the first of them is on an older one then.
    addRounds(site, session, 60);
    await render(site, { refresh: 1 });
    await page.click('.news >> text="Show"');
    await page.waitForURL(`**/*~p1.html#r-${session.rounds.length + 4}`);
    await expectInWindow(page, `#r-${session.rounds.length + 4}`);
  });

  test('selected text is kept', async () => {
    const site = await made();
    const { page } = await open(join(site.siteDir, 'index.html'));
    await page.waitForSelector('.written button');
    await page.evaluate(() => getSelection()?.selectAllChildren(document.querySelector('h1') as Node));
    await mark(page);
    addSession(site);
    await render(site, { refresh: 1 });
    await page.waitForSelector('.news >> text="This page has changed"');
    expect([await isMarked(page), await page.evaluate(() => String(getSelection()).length > 0)]).toEqual([
      true,
      true,
    ]);
    // Once nothing is selected, it shows itself anew.
    await page.evaluate(() => getSelection()?.removeAllRanges());
    await reloaded(page);
    await page.waitForSelector('.written button');
    expect(await page.locator('.figure.sessions .value').innerText()).toBe('41');
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
    // Somebody is at work in it.
    await page.click('.news >> text="Show"');
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
