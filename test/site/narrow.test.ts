import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, useBrowser } from './browser.ts';
import { makeStore } from '../cli/run.ts';
import { render, sharedFolder } from './make.ts';
import { sessionLines, Talk, type Said } from './session/make.ts';

const DAY = 86_400_000;
const FROM = Date.parse('2026-01-31T02:00:00Z');
const PHONE = { viewport: { width: 390, height: 844 } };
const TABLE = `|${'service|'.repeat(12)}\n|${'-|'.repeat(12)}\n|${'resilience|'.repeat(12)}`;

/** Four rounds of some tokens; on its last day also one without a price. */
function cheap(input: number): Said[] {
  const talk = new Talk('be brief', {
    model: 'test-a',
    input_token: input,
    output_token: 1,
    total_token: input + 1,
  });
  return [
    ...[1, 2, 3].map((i) => talk.ask(`hi ${i}`).answer(TABLE)),
    talk.ask('bye').answer('Bye.', [], { model: 'no-price' }),
  ];
}

/** Where a page's elements stand, left, right, top and bottom. */
function boxesOf(page: Page, selector: string): Promise<{ text: string; box: number[] }[]> {
  return page.locator(selector).evaluateAll((elements) =>
    elements.map((element) => {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      return { text: element.textContent.trim(), box: [left, right, top, bottom] };
    }),
  );
}

describe.skipIf(chromiumPath === undefined)('on a phone', () => {
  const open = useBrowser();
  const folder = sharedFolder();
  const siteDir = join(folder, 'site');
  const session = join(siteDir, 'sessions/s.html');

  beforeAll(async () => {
    const lines = [
      ...sessionLines('s', cheap(40), FROM),
      // The next day costs a little more: its label is the peak's, beside the other's "+".
      ...sessionLines('t', cheap(41), FROM + DAY),
      ...sessionLines('u', cheap(2), FROM + 2 * DAY),
    ];
    await render({ dataDir: await makeStore(folder, lines), siteDir });
  });

  test.each(['index.html', 'sessions/s.html'])(
    '%s: what can be tapped is 24 pixels high and wide',
    async (path) => {
      const { page } = await open(join(siteDir, path), PHONE);
      for (const summary of await page.locator('.as-table > summary').all()) await summary.click();
      const targets = await boxesOf(
        page,
        ':is(.brand, nav a, .crumbs a, .section-head a, .foot .act, .written .act, summary, h3 a, .as-table a, .button)',
      );
      expect(targets.map(({ text }) => text)).toContain('Colours: system');
      expect(
        targets.filter(
          ({ box: [left = 0, right = 0, top = 0, bottom = 0] }) => right - left < 24 || bottom - top < 24,
        ),
      ).toEqual([]);
    },
  );

  test('the timeline’s axis is as wide as its labels', async () => {
    const { page } = await open(session, PHONE);
    const labels = await boxesOf(page, '.timeline-axis text');
    expect(labels.map(({ text }) => text)).toEqual(['40', '20', '0', '$0.00005', '0']);
    expect(Math.min(...labels.map(({ box: [left = 0] }) => left))).toBeGreaterThanOrEqual(16);
  });

  test('the peak’s label and a “+” beside it do not overlap', async () => {
    const { page } = await open(join(siteDir, 'index.html'), PHONE);
    const [first, second, ...others] = await boxesOf(page, '.chart-plot >> nth=0 >> .column text');
    expect([first?.text, second?.text, others.length]).toEqual(['+', '$0.00 +', 1]);
    const [left = 0, , , bottom = 0] = second?.box ?? [];
    const [, right = 0, top = 0] = first?.box ?? [];
    // The one would stand in the other, were it not a line higher.
    expect([left < right, Math.round(bottom) <= Math.round(top)]).toEqual([true, true]);
  });

  test('a table in Markdown scrolls, and its words stay whole', async () => {
    const { page } = await open(session, PHONE);
    const cells = await boxesOf(page, '#r-1 .md td');
    expect(cells.length).toBe(12);
    const heights = cells.map(({ box: [, , top = 0, bottom = 0] }) => Math.round(bottom - top));
    // One line of 20 pixels, its padding, and a share of the rule above.
    expect([...new Set(heights)]).toEqual([35]);
  });

  test('in colours of the system, squares keep theirs, and one page is current', async () => {
    const { page } = await open(session, { forcedColors: 'active' });
    const coloursOf = (
      selector: string,
      property: 'backgroundColor' | 'borderBottomColor',
    ): Promise<string[]> =>
      page
        .locator(selector)
        .evaluateAll(
          (elements, name) => elements.map((element) => getComputedStyle(element)[name]),
          property,
        );
    expect(await coloursOf('.legend .is-new', 'backgroundColor')).toEqual(['rgb(11, 106, 117)']);
    const lines = await coloursOf('.top nav a', 'borderBottomColor');
    const [ground] = await coloursOf('html', 'backgroundColor');
    expect(lines.map((line) => line !== ground)).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
