import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, expectInWindow, seriousFaults, sideways, useBrowser } from '../browser.ts';
import { render, sharedFolder } from '../make.ts';
import { storeQuickly, type QuickRound } from '../quick-store.ts';

const START = Date.parse('2026-02-02T00:00:00Z');

function rounds(count: number, rest: Record<number, Partial<QuickRound>> = {}): QuickRound[] {
  return Array.from({ length: count }, (_, i) => ({
    at: START + i * 60_000,
    model: 'm',
    input: 1000 + ((i * 7) % 40),
    cached: 0,
    output: 10,
    status: 200,
    durationMs: 2000 + ((i * 11) % 40) * 100,
    ...rest[i + 1],
  }));
}

const FEW = rounds(12, {
  2: { results: [{ tool: 'bash', text: 'fine' }] },
  4: { durationMs: 90_000, firstTokenMs: 80_000 },
  5: { input: 99_000 },
  6: { at: START + 2 * 3_600_000, model: '<b>x</b>', unpriced: true },
  7: { at: START + 2 * 3_600_000 + 60_000, status: 503 },
  8: { at: START + 2 * 3_600_000 + 120_000, results: [{ tool: 'bash', text: 'Error: no' }] },
  9: { at: START + 2 * 3_600_000 + 180_000, status: 0, model: 'unknown' },
  10: { at: START + 2 * 3_600_000 + 240_000 },
  11: { at: START + 2 * 3_600_000 + 300_000 },
  12: { at: START + 2 * 3_600_000 + 360_000 },
});

describe.skipIf(chromiumPath === undefined)('the rounds of a session', () => {
  const open = useBrowser();
  const folder = sharedFolder();
  const siteDir = join(folder, 'site');
  const fileOf = (name: string): string => join(siteDir, 'sessions', `${name}.html`);

  beforeAll(async () => {
    const dataDir = join(folder, 'store');
    const many = rounds(1203, {
      700: { durationMs: 500_000 },
      900: { model: 'a"b<c>', status: 502 },
      1100: { input: 500_000 },
    });
    storeQuickly(dataDir, [
      { id: 'few', title: 'A few', consumer: '', rounds: FEW },
      { id: 'many', title: 'Many', consumer: '', rounds: many },
    ]);
    await render({ dataDir, siteDir });
  });

  /** What a column of the table says, from the top. */
  async function columnOf(page: Page, at: number): Promise<string[]> {
    return page.locator(`.rounds-table tbody tr > :nth-child(${at})`).allInnerTexts();
  }

  test('have their times in the table, in order of time without JavaScript', async () => {
    const { page } = await open(fileOf('few'), { javaScriptEnabled: false });
    await page.locator('.timeline .as-table > summary').click();
    expect((await columnOf(page, 1)).slice(0, 2)).toEqual(['#1', '#2']);
    expect((await columnOf(page, 1))[8]?.replaceAll(/\s+/g, ' ')).toBe('#9 aborted');
    expect((await columnOf(page, 3))[8]).toBe('no answer');
    expect(await page.locator('#r-9 .round-head .model').innerText()).toBe('no answer');
    expect(await page.locator('.legend bdi').allInnerTexts()).toEqual(['m', '<b>x</b>']);
    expect((await columnOf(page, 4)).slice(0, 7)).toEqual([
      '–',
      '58.0\u00a0s tools',
      '56.9\u00a0s',
      '55.8\u00a0s',
      '–',
      '1\u00a0h 56\u00a0min idle',
      '56.5\u00a0s',
    ]);
    expect((await columnOf(page, 5))[3]).toBe('1\u00a0min 20\u00a0s');
    expect((await columnOf(page, 6)).slice(3, 5)).toEqual(['1\u00a0min 30\u00a0s', '2.4\u00a0s']);
    expect(await page.locator('.rounds-table thead button').count()).toBe(0);
  });

  test('are sorted by any column, and what is not known comes last', async () => {
    const { page, faults } = await open(fileOf('few'));
    await page.locator('.timeline .as-table > summary').click();
    const sortBy = (name: string): Promise<void> =>
      page.locator('.rounds-table thead').getByRole('button', { name, exact: true }).click();
    const order = async (): Promise<number[]> =>
      (await columnOf(page, 1)).map((text) => Number(/\d+/.exec(text)?.[0]));
    await sortBy('Input');
    expect((await order())[0]).toBe(5);
    await sortBy('Took');
    expect((await order()).slice(0, 2)).toEqual([4, 8]);
    expect(await page.locator('.rounds-table th[aria-sort]').innerText()).toBe('Took');
    await sortBy('Took');
    expect((await order()).at(-1)).toBe(4);
    await sortBy('Cost');
    expect([(await order())[0], (await order()).at(-1)]).toEqual([5, 6]);
    await sortBy('First token');
    expect(await order()).toEqual([4, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12]);
    await sortBy('Before');
    expect((await order()).slice(0, 2)).toEqual([6, 2]);
    await sortBy('Round');
    expect(await order()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    expect(faults).toEqual({ said: [], strayed: [] });
  });

  test('are loaded one by one if the page has no room for them, and lead to their pages', async () => {
    const files = readdirSync(join(siteDir, 'sessions')).filter((name) => name.startsWith('many~r'));
    expect(files.toSorted()).toEqual(['many~r1.js', 'many~r2.js', 'many~r3.js']);
    for (const file of files) expect(statSync(join(siteDir, 'sessions', file)).size).toBeLessThan(75_000);
    const { page, faults } = await open(fileOf('many'));
    await page.locator('.timeline .as-table > summary').click();
    expect((await columnOf(page, 1))[0]).toBe('#1 to #11');
    await page.getByRole('button', { name: 'Load each of 1,203 rounds' }).click();
    await page.getByRole('button', { name: 'Show 500 more rounds' }).waitFor();
    expect((await columnOf(page, 1)).slice(498)).toEqual(['#499', '#500']);
    await page.getByRole('button', { name: 'Show 500 more rounds' }).click();
    const row = page.locator('.rounds-table tbody tr').nth(899);
    expect((await row.innerText()).replaceAll(/\s+/g, ' ')).toMatch(
      /^#900 HTTP 502 2026-02-02 22:59:00 a"b<c> /,
    );
    await page.getByRole('button', { name: 'Took', exact: true }).click();
    const first = page.locator('.rounds-table tbody tr').first();
    expect(await first.locator('td').nth(4).innerText()).toBe('8\u00a0min 20\u00a0s');
    await first.locator('a').click();
    await page.waitForURL(/many~p\d+\.html#r-700$/);
    await expectInWindow(page, '#r-700');
    expect(faults).toEqual({ said: [], strayed: [] });
  });

  test.each(['light', 'dark'] as const)(
    'axe finds nothing serious, with all open, %s',
    async (colorScheme) => {
      for (const name of ['few', 'many']) {
        const { page } = await open(fileOf(name), { colorScheme });
        await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
        expect(await seriousFaults(page), name).toEqual([]);
        await page.context().close();
      }
    },
  );

  test.each([320, 390, 740, 900, 1440])('fit into %i px', async (width) => {
    for (const name of ['few', 'many']) {
      const { page } = await open(fileOf(name), { viewport: { width, height: 800 } });
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
      expect(await sideways(page), name).toBe(0);
      const small = await page.evaluate(() =>
        [
          ...document.querySelectorAll(
            'main :is(.rounds-table, .round-head, .timeline) :is(a:not(svg a), button)',
          ),
        ]
          .filter((one) => one.checkVisibility())
          .map((one) => ({ one: one.outerHTML, box: one.getBoundingClientRect() }))
          .filter(({ box }) => box.width < 24 || box.height < 24)
          .map(({ one, box }) => `${one}: ${box.width} × ${box.height}`),
      );
      expect(small, name).toEqual([]);
      await page.context().close();
    }
  });

  const press = async (page: Page, keys: string): Promise<void> => {
    for (const key of keys.split(' ')) await page.keyboard.press(key);
  };
  const focused = (page: Page): Promise<string> =>
    page.evaluate(() => document.activeElement?.getAttribute('href') ?? document.activeElement?.id ?? '');
  const said = (page: Page): Promise<string> => page.locator('.keys [role=status]').innerText();

  test('keys go to the next and the previous round, and to the next failure', async () => {
    const { page, faults } = await open(fileOf('few'));
    await press(page, 'j');
    expect(await focused(page)).toBe('#r-1');
    await press(page, 'j j');
    expect(await focused(page)).toBe('#r-3');
    await press(page, 'k');
    expect(await focused(page)).toBe('#r-2');
    await press(page, 'n');
    expect(await focused(page)).toBe('#r-7');
    await press(page, 'n n');
    expect(await said(page)).toBe('No round after this one failed.');
    await press(page, 'j j j j j j j');
    expect(await focused(page)).toBe('#r-12');
    expect(await said(page)).toBe('This is the last round.');
    await press(page, 'c');
    expect(await said(page)).toContain('monitor show <id> --round 12');
    await press(page, 'Control+k Alt+k Meta+k');
    expect(await focused(page)).toBe('#r-12');
    expect(faults).toEqual({ said: [], strayed: [] });
  });

  test('keys are letters in a field, are listed, and can be turned off', async () => {
    const { page } = await open(fileOf('few'));
    await press(page, '/');
    expect(await focused(page)).toBe('find');
    await press(page, 'j / n ?');
    expect([await focused(page), await page.locator('#find').inputValue()]).toEqual(['find', 'j/n?']);
    await page.locator('.round h3 a').nth(1).focus();
    await press(page, '?');
    expect(await page.locator('.key-list dt').allInnerTexts()).toEqual(['/', 'j', 'k', 'n', 'c', '?']);
    await press(page, 'j');
    await page.getByLabel('Use these keys').uncheck();
    await press(page, 'Escape j');
    expect(await focused(page)).toBe('#r-2');
  });

  test('keys go on to other pages', async () => {
    const { page } = await open(fileOf('many'), { hash: '#r-700' });
    await page.waitForURL(/many~p\d+\.html#r-700$/);
    await page.locator('#r-700 h3 a').focus();
    await press(page, 'n');
    await page.waitForURL(/many~p\d+\.html#r-900$/);
    await expectInWindow(page, '#r-900');
    const last = await page.locator('.round').last().getAttribute('id');
    await page.locator('.round h3 a').last().focus();
    await press(page, 'j');
    const next = Number(last?.slice(2)) + 1;
    await page.waitForURL(new RegExp(`many~p\\d+\\.html#r-${next}$`));
    await page.locator(`#r-${next} h3 a`).focus();
    await press(page, 'k');
    await page.waitForURL(new RegExp(`many~p\\d+\\.html#${last}$`));
  });

  test('words are found on all pages of a session, from disk', async () => {
    const { page, faults } = await open(fileOf('many'));
    await press(page, '/');
    await page.locator('#find').fill('QUESTION 77');
    await press(page, 'Enter');
    const status = page.locator('.find [role=status]');
    // 77, and 770 to 779.
    await expect.poll(() => status.innerText()).toBe('11 hits in 11 rounds.');
    const first = page.locator('.find-hits a').first();
    expect(await first.innerText()).toContain('question 77');
    await first.click();
    await page.waitForURL(/many~p\d+\.html#r-77$/);
    await expect.poll(() => status.innerText()).toBe('11 hits in 11 rounds.');
    await page.locator('.find-hits a').last().click();
    await page.waitForURL(/many~p\d+\.html#r-779$/);
    await page.locator('#find').fill('nobody said this');
    await press(page, 'Enter');
    await expect.poll(() => status.innerText()).toBe('No hits.');
    expect(faults).toEqual({ said: [], strayed: [] });
  });
});
