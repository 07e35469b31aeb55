import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeStore } from '../../cli/run.ts';
import { PLANTED } from '../../query/why/planted-misses.ts';
import { chromiumPath, expectInWindow, seriousFaults, sideways, useBrowser } from '../browser.ts';
import { render } from '../make.ts';
import { sessionLines, Talk, type Said } from './make.ts';

const LONG = Array.from(
  { length: 2800 },
  (_, i) => `line ${i} of what was pasted, ${'word '.repeat(4)}`,
).join('\n');
const MAIN = 'agent:main:main';

/** 130 rounds, so that a bar is two of them. A tool fails in round 58, and requests do in 71 and 99. */
function manyRounds(): Said[] {
  return Array.from({ length: 130 }, (_, i) => {
    const number = i + 1;
    const rest = { model: 'test-a', ...((number === 71 || number === 99) && { code: 502 }) };
    const talk = new Talk(undefined, rest).ask(`Prompt ${number}`);
    if (number === 58) return talk.answer('', [{ id: 'c', name: 'bash', args: { command: 'make' } }]);
    if (number !== 59) return talk.answer(`Answer ${number}`);
    const calling = new Talk(undefined, rest).ask('Prompt 58');
    calling.answer('', [{ id: 'c', name: 'bash', args: { command: 'make' } }]);
    return calling.result('c', 'Error: no rule').answer('It failed.');
  });
}

describe.skipIf(chromiumPath === undefined)('why a session cost that, in a browser', () => {
  const open = useBrowser();
  let folder: string;
  const fileOf = (id: string): string => join(folder, 'site/sessions', `${id}.html`);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'monitor-'));
    const one = (text: string): Said => new Talk(undefined, { model: 'test-a' }).ask(text).answer('Yes.');
    const dataDir = await makeStore(folder, [
      ...PLANTED,
      ...sessionLines('many', manyRounds()),
      ...sessionLines('pasted', [one(LONG), one('short')]),
      ...sessionLines(MAIN, [one('a'), one('b')]),
      ...sessionLines(`${MAIN}:subagent:x`, [one('c')]),
    ]);
    await render({ dataDir, siteDir: join(folder, 'site') });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('a long message shows its first lines, and all of it when it is opened', async () => {
    const { page, faults } = await open(fileOf('pasted'));
    const long = page.locator('.is-user .long');
    expect(await long.count()).toBe(1);
    expect(await long.locator('.first').innerText()).toMatch(
      /^line 0 [^]*\nline 5 of what was pasted, (word ){4}…$/,
    );
    expect(await long.locator('.sum').innerText()).toBe(`${LONG.length.toLocaleString('en-US')} characters`);
    // The answer is on the first screen but one.
    const answer = await page.locator('#r-1 .is-answer').boundingBox();
    expect(answer?.y).toBeLessThan(1800);
    await long.locator('summary').click();
    expect(await long.locator('.first').isVisible()).toBe(false);
    expect(await long.locator('.md').innerText()).toContain('line 2799 of what was pasted');
    expect(await seriousFaults(page)).toEqual([]);
    expect(faults.said).toEqual([]);
  });

  test('a bar and a figure lead to the round that failed; the table has each round', async () => {
    const { page } = await open(fileOf('many'));
    const failed = page.locator('.session-figures a.failed');
    const said = await failed.evaluateAll((links) =>
      links.map((link) => [link.textContent, link.getAttribute('href')]),
    );
    expect(said).toEqual([
      ['2 failed', './many~p2.html#r-71'],
      ['1 failed', './many~p2.html#r-58'],
    ]);
    const bars = page.locator('.timeline-plot a');
    expect(await bars.count()).toBe(65);
    expect(await bars.nth(28).getAttribute('href')).toBe('./many~p2.html#r-58');
    expect(await bars.nth(28).locator('title').textContent()).toMatch(
      /^#57 to #58, .*a tool failed, first in #58$/,
    );
    await page.locator('.timeline details summary').click();
    expect(await page.locator('.rounds-table tbody tr').count()).toBe(130);
    expect(await page.locator('.rounds-table tbody tr:nth-child(58) th').innerText()).toBe(
      '#58\n1 failed tool',
    );
    await page.locator('.rounds-table tbody tr:nth-child(58) a').click();
    await expectInWindow(page, '#r-58');
  });

  test.each([1440, 768, 390])('links to rounds and parts, at %i px', async (width) => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page, faults } = await open(fileOf('planted'), {
        viewport: { width, height: 900 },
        colorScheme,
      });
      await page.locator('.why summary').click();
      expect(await sideways(page)).toBe(0);
      expect(await seriousFaults(page)).toEqual([]);
      const box = await page.locator('#r-1 .round-head h3 a').boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(24);
      await page.locator('.misses a').first().click();
      await expectInWindow(page, '#r-5');
      expect(faults.said).toEqual([]);
    }
    const { page } = await open(fileOf(MAIN), { viewport: { width, height: 900 } });
    await page.locator('.session-parts summary').click();
    expect(await sideways(page)).toBe(0);
    expect(await seriousFaults(page)).toEqual([]);
    await page.locator('.session-parts a').click();
    expect(await page.locator('.lead').first().innerText()).toBe(`Sub-agent of ${MAIN}`);
    await page.locator('.lead a').click();
    expect(await page.locator('h1').innerText()).toBe(MAIN);
  });
});
