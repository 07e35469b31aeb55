import { existsSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  chromiumPath,
  expectInWindow,
  seriousFaults,
  sideways,
  useBrowser,
  type Opened,
} from '../browser.ts';
import { makeStore } from '../../cli/run.ts';
import { line, makeSite, render, sharedFolder, type Made } from '../make.ts';

const HOSTILE = `<img src=x onerror=alert(1)></script><script>alert(2)</script>\u2028\u202e\u001b[31m{{x}}__proto__`;
const FILLER = 'We looked at the cluster for a while and nothing was wrong with it. '.repeat(200);

const MADE = [
  ...Array.from({ length: 30 }, (_, i) =>
    line(`2026-01-1${i % 10}T0${Math.floor(i / 10)}:00:00Z`, {
      session_id: `s${i}`,
      model: 'gpt-4o',
      input_token: 1,
      output_token: 1,
      question: `What about cluster ${i}?`,
      answer: `Nothing. ${FILLER}`,
    }),
  ),
  ...Array.from({ length: 12 }, (_, i) =>
    line(`2026-02-01T0${Math.floor(i / 10)}:0${i % 10}:00Z`, {
      session_id: 'agent:main:main',
      model: 'gpt-4o',
      input_token: 1,
      output_token: 1,
      question: `Question ${i}`,
      answer: i === 7 ? `${FILLER} Connection refused, said the 数据库 ✅. ${FILLER}` : FILLER,
    }),
  ),
  line('2026-02-02T00:00:00Z', {
    session_id: HOSTILE,
    model: HOSTILE,
    question: HOSTILE,
    answer: `${HOSTILE} needle ${HOSTILE}`,
    input_token: 1,
    output_token: 1,
  }),
];

describe.skipIf(chromiumPath === undefined)('the search', () => {
  const open = useBrowser();
  const folder = sharedFolder();
  const made: Made = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
  const searchFor = (text: string, options = {}): Promise<Opened> =>
    open(join(made.siteDir, 'search.html'), { hash: `#q=${encodeURIComponent(text)}`, ...options });
  const isDone = (page: Page, text: string | RegExp): Promise<void> =>
    expect.poll(() => page.locator('#progress').textContent(), { timeout: 60_000 }).toMatch(text);

  beforeAll(async () => {
    expect(await makeStore(folder, MADE)).toBe(made.dataDir);
    await render(made);
  }, 120_000);

  test('from any page, two clicks lead to the round that says something', async () => {
    const { page, faults } = await open(join(made.siteDir, 'sessions/index.html'));
    await page.locator('nav').getByText('Search', { exact: true }).click();
    // The field has the focus at once.
    await expect.poll(() => page.evaluate(() => document.activeElement?.id)).toBe('phrase');
    await page.keyboard.type('connection REFUSED');
    await page.keyboard.press('Enter');
    await isDone(page, /^1 hit in 1 session\. 32 of 32 sessions searched; \d+ kB loaded\.$/);
    expect(new URL(page.url()).hash).toBe('#q=connection+REFUSED');
    expect(await page.locator('.hit').textContent()).toMatch(
      /^Round 8 assistant 1 Feb 08:07 ….*Connection refused/,
    );
    expect(await page.locator('.hit mark').textContent()).toBe('Connection refused');
    await page.locator('.hit').click();
    await expectInWindow(page, '#r-8');
    expect(faults).toEqual({ said: [], strayed: [] });
    await page.goBack();
    await isDone(page, /^1 hit in 1 session/);
  });

  test('what the list is searched for is one click from what was said', async () => {
    const { page } = await open(join(made.siteDir, 'sessions/index.html'));
    await page.locator('#search').fill('数据库');
    await page.getByText('Search conversations for “数据库”').click();
    await isDone(page, /^1 hit in 1 session/);
  });

  test('on a web server, by an address', async () => {
    const server = createServer(({ url = '' }, response) => {
      const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
      const type = path.endsWith('.js')
        ? 'text/javascript'
        : path.endsWith('.css')
          ? 'text/css'
          : 'text/html';
      const file = join(made.siteDir, path);
      if (existsSync(file)) response.setHeader('content-type', type).end(readFileSync(file));
      else response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    const { page, faults } = await open(join(made.siteDir, 'search.html'));
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/search.html#q=数据库`);
    await page.locator('.hit').click();
    await expectInWindow(page, '#r-8');
    expect(faults.said).toEqual([]);
  });

  test('nothing that a log says runs, and a link leads to its page', async () => {
    const { page, faults } = await searchFor('needle');
    await isDone(page, /^1 hit in 1 session/);
    expect(await page.locator('.found img, .found script').count()).toBe(0);
    expect(await page.locator('.hit-words').textContent()).toContain('<img src=x onerror=alert(1)></script>');
    await page.locator('.hit').click();
    await expectInWindow(page, '#r-1');
    expect(faults).toEqual({ said: [], strayed: [] });
  });

  test('waits after thirty sessions with hits, and goes on when asked; another search begins anew', async () => {
    const { page } = await searchFor('the cluster for a while');
    await isDone(page, /^41 hits in 30 sessions so far/);
    await page.getByText('Go on with 1 more session', { exact: true }).click();
    await isDone(page, /^42 hits in 31 sessions\. 32 of 32 sessions searched; /);
    // The newest sessions are first; of many hits, the first ones are shown.
    const first = page.locator('.found').first();
    expect(await first.locator('.id').textContent()).toBe('agent:main:main');
    expect(await first.locator('.hit').count()).toBe(5);
    await first.getByText('Show 7 more hits').click();
    expect(await first.locator('.hit').count()).toBe(12);
    await page.locator('#phrase').fill('no such words');
    await page.getByRole('button', { name: 'Search' }).click();
    await isDone(page, /^No hits\. 32 of 32 sessions searched; /);
    expect(await page.locator('.found').count()).toBe(0);
  });

  test('says what it could not load', async () => {
    const copy = await makeSite(MADE.slice(0, 3));
    rmSync(join(copy.siteDir, 'search/s1.js'));
    const { page } = await open(join(copy.siteDir, 'search.html'), { hash: '#q=cluster' });
    await isDone(page, /^4 hits in 2 sessions\./);
    expect(await page.locator('#problem').textContent()).toBe(
      'The texts of 1 session cannot be loaded and were not searched. Reload the page to try again.',
    );
    rmSync(join(copy.siteDir, 'search/2026-01/1.js'));
    await page.reload();
    await isDone(page, /^No hits/);
    expect(await page.locator('#problem').textContent()).toMatch(/^A list of sessions cannot be loaded/);
  });

  test('hits stay when the site changes, and the page says so', async () => {
    const copy = await makeSite(MADE.slice(0, 3));
    const { page } = await open(join(copy.siteDir, 'search.html'), { hash: '#q=cluster' });
    await isDone(page, /^6 hits/);
    await page.evaluate(() =>
      (window as unknown as { monitorStamp(stamp: string, seconds: number): void }).monitorStamp(
        'another',
        30,
      ),
    );
    expect(await page.locator('#problem').textContent()).toMatch(/^The site has changed since this search/);
    expect(await page.locator('.found').count()).toBe(3);

    // Searched again, it finds what is new, also in a month that the page did not know.
    await makeStore(dirname(copy.dataDir), [...MADE.slice(0, 3), ...MADE.slice(-13)]);
    await render(copy);
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await isDone(page, /^18 hits in 4 sessions\. 5 of 5 sessions searched; /);
    expect(await page.locator('#problem').isHidden()).toBe(true);
    expect(await page.locator('#phrase').inputValue()).toBe('cluster');
  });

  test.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 390],
    ['dark', 390],
  ] as const)('reads well: %s, %i px', async (colorScheme, width) => {
    const { page } = await searchFor('e', { colorScheme, viewport: { width, height: 900 } });
    await isDone(page, /sessions/);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await sideways(page)).toBe(0);
  });

  test('without JavaScript it names the command', async () => {
    const { page } = await open(join(made.siteDir, 'search.html'), { javaScriptEnabled: false });
    expect(await page.locator('main').innerText()).toContain('monitor search "some words"');
    expect(await page.locator('#search-form').isVisible()).toBe(false);
  });
});

test('a site of numbers only says that there is nothing to search, and has no texts', async () => {
  const { siteDir } = await makeSite(MADE.slice(0, 2), '--no-content');
  const html = readFileSync(join(siteDir, 'search.html'), 'utf8');
  expect(html).toContain('so there are no conversations to search');
  expect(html).not.toContain('search.js');
  expect(() => readFileSync(join(siteDir, 'search/2026-01/1.js'))).toThrow('ENOENT');
});
