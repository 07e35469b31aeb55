import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, seriousFaults, sideways, useBrowser } from '../browser.ts';
import { makeStore, run } from '../../cli/run.ts';
import { render, sharedFolder } from '../make.ts';
import { terminal, logged } from '../../view/look.ts';

const NAMES = readdirSync('fixtures/view').map((file) => file.replace(/\.log$/, ''));
const PHONE = { viewport: { width: 390, height: 844 } };

describe('the logs of fixtures/view, through parse, show and render', () => {
  const folder = sharedFolder();
  const siteDir = join(folder, 'site');
  let dataDir: string;

  beforeAll(async () => {
    dataDir = await makeStore(
      folder,
      NAMES.map((name) => readFileSync(`fixtures/view/${name}.log`, 'utf8')),
    );
    await render({ dataDir, siteDir });
  });

  const fileOf = (name: string): string => join(siteDir, 'sessions', `${name}.html`);

  test.each(NAMES)('%s: `show` prints what the conversation says, and no page has base64', async (name) => {
    const { out } = await run(['show', name, '--data-dir', dataDir]);
    const lines = new Set(out.split('\n').map((line) => line.slice(4)));
    for (const line of terminal(logged(name)).flat()) expect(lines).toContain(line);
    expect(out).not.toMatch(/[A-Za-z0-9+/]{100}/);
    expect(readFileSync(fileOf(name), 'utf8')).not.toMatch(/[A-Za-z0-9+/]{100}/);
  });

  describe.skipIf(chromiumPath === undefined)('in a browser', () => {
    const open = useBrowser();
    const unfold = (page: Page): Promise<void> =>
      page.evaluate(() => document.querySelectorAll('details').forEach((part) => (part.open = true)));

    test.each([
      ['tools', PHONE],
      ['br-table', PHONE],
      ['min-code-plain', PHONE],
      ['multimodal', PHONE],
      ['min-latex', PHONE],
      ['tools', {}],
    ])('%s fits, and breaks no policy: %j', async (name, size) => {
      const { page, faults } = await open(fileOf(name), { ...size, bypassCSP: true });
      await unfold(page);
      expect(await sideways(page)).toBe(0);
      expect(faults).toEqual({ said: [], strayed: [] });
      expect(await seriousFaults(page)).toEqual([]);
    });

    test('a user’s indentation can be seen', async () => {
      const { page } = await open(fileOf('min-code-plain'), { viewport: { width: 1280, height: 900 } });
      expect(await page.locator('.is-user .md').innerText()).toContain('\n        b = a*2*c');
    });

    test('code in an Arabic sentence runs from left to right', async () => {
      const { page } = await open(fileOf('min-rtlcode'), { viewport: { width: 1280, height: 900 } });
      const lefts = await page.locator('.is-answer code').first().evaluate((code) => {
        const text = code.firstChild;
        if (!text) return [];
        return Array.from(text.textContent ?? '', (_, i) => {
          const range = document.createRange();
          range.setStart(text, i);
          range.setEnd(text, i + 1);
          return range.getBoundingClientRect().left;
        });
      }); // prettier-ignore
      expect(lefts).toHaveLength('ls -la /tmp/'.length);
      expect(lefts).toEqual(lefts.toSorted((a, b) => a - b));
    });

    test('on a phone, a round of the table takes four lines, and words stay whole', async () => {
      const { page } = await open(fileOf('subs2'), PHONE);
      await page.locator('.timeline .as-table > summary').click();
      const heights = await page
        .locator('.rounds-table tbody tr')
        .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
      expect(heights).toHaveLength(6);
      for (const height of heights) expect(height).toBeLessThanOrEqual(4 * 18 + 2 * 6 + 1);
      const times = await page
        .locator('.rounds-table td:nth-child(2)')
        .evaluateAll((cells) => cells.map((cell) => cell.getClientRects().length));
      expect(times).toEqual([1, 1, 1, 1, 1, 1]);
    });

    test('on paper, a text is there once, nothing that is pressed is, and a round of the table takes two lines', async () => {
      const { page } = await open(fileOf('tools'), { viewport: { width: 703, height: 1000 } });
      const shown = (selector: string): Promise<number> =>
        page.locator(selector).filter({ visible: true }).count();
      await page.emulateMedia({ media: 'print' });
      const arguments_ = await page.locator('.arguments').count();
      expect(arguments_).toBeGreaterThan(0);
      expect(await shown('.arguments')).toBe(arguments_);
      expect(await shown('.raw, .rounds-table thead, button, input, .copy')).toBe(0);
      const rows = page.locator('.rounds-table tbody tr');
      for (const row of await rows.all()) expect((await row.boundingBox())?.height).toBeLessThan(3 * 18);
      expect(await sideways(page)).toBe(0);
      // What the reader opened is printed as well.
      await page
        .locator('.raw')
        .first()
        .evaluate((raw) => raw.setAttribute('open', ''));
      expect(await shown('.raw')).toBe(1);
    });

    test('“HTTP 503” and the time after it stand apart', async () => {
      const { page } = await open(fileOf('subs2'), PHONE);
      await page.locator('.timeline .as-table > summary').click();
      const gap = await page
        .locator('.rounds-table tbody tr')
        .first()
        .evaluate((row) => {
          const [head, time] = row.children;
          const words = document.createRange();
          if (!head || !time) return 0;
          head.insertAdjacentHTML('beforeend', '<span class="failed">HTTP 503</span>');
          words.selectNodeContents(head);
          return time.getBoundingClientRect().left - words.getBoundingClientRect().right;
        });
      expect(gap).toBeGreaterThanOrEqual(12);
    });

    test('one round is a round', async () => {
      const { page } = await open(join(siteDir, 'consumers.html'), PHONE);
      const counts = await page
        .locator('.stats .rounds')
        .evaluateAll((cells) =>
          cells.map((cell) => cell.textContent + getComputedStyle(cell, '::after').content),
        );
      expect(counts).toContain('35" rounds · "');
      const { page: models } = await open(join(siteDir, 'models.html'), PHONE);
      const words = await models
        .locator('.stats .rounds')
        .evaluateAll((cells) =>
          cells.map((cell) => cell.textContent + getComputedStyle(cell, '::after').content),
        );
      expect(words).toContain('1" round · "');
    });

    test('“Expand all” leaves the raw texts folded, one click away', async () => {
      const { page } = await open(fileOf('tools'));
      await page.locator('[data-open-all]').click();
      expect(await page.locator('.rounds details:not([open], .raw)').count()).toBe(0);
      expect(await page.locator('.raw[open]').count()).toBe(0);
      await page.locator('.raw > summary').first().click();
      expect(await page.locator('.raw[open] code').first().innerText()).toBe(
        '{"body":"line one\\nline two\\n\\nline four","n":1}',
      );
    });
  });
});
