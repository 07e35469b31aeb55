import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionName, sessionPath } from '../../../src/site/names.ts';
import { readSnapshot } from '../../../src/store/read.ts';
import { chromiumPath, expectInWindow, sideways, useBrowser } from '../browser.ts';
import { makeStore } from '../../cli/run.ts';
import { render, type Made } from '../make.ts';
import { DISCORD_ID, discordSession } from './discord-session.ts';
import { hostileRounds, PAYLOADS } from './hostile.ts';
import { sessionLines, Talk, type Said } from './make.ts';

const WORD = 'a'.repeat(5000);
const EVIL_ID = PAYLOADS.slice(0, 3).join('');

/** Texts that are wider than any screen. */
function wideRounds(): Said[] {
  const talk = new Talk(WORD, { model: 'test-a' });
  const table = `|${'head|'.repeat(40)}\n|${'-|'.repeat(40)}\n|${`${'cell'.repeat(5)}|`.repeat(40)}`;
  const said = [
    talk
      .ask(WORD)
      .answer(
        `${WORD}\n\n${table}\n\n\`\`\`js\nconst ${WORD} = 1;\n\`\`\`\n\n\`${WORD}\`\n\n# ${WORD}\n\n- ${WORD}`,
        [{ id: 'a', name: WORD, args: { command: WORD } }],
      ),
    talk
      .result('a', `${WORD}\n${WORD}`)
      .answer(`https://example.com/${WORD}`, [], { reasoning: WORD, model: WORD, consumer: WORD }),
    new Talk('Another agent.').ask(WORD).answer(WORD, [], { code: 502 }),
  ];
  return said;
}

/** A session of 5,000 rounds, each of which repeats the last six messages. */
function longRounds(): Said[] {
  const talk = new Talk(undefined, { model: 'test-a' });
  return Array.from({ length: 5000 }, (_, i) => {
    if (talk.messages.length > 12) talk.messages.splice(0, 8);
    return talk.ask(`Prompt ${i}`).answer(`Answer ${i}: **done**, see \`file-${i}.ts\``);
  });
}

describe.skipIf(chromiumPath === undefined)('in a browser', () => {
  const open = useBrowser();
  let folder: string;
  let made: Made;

  beforeAll(async () => {
    // One site for all tests of this file: it is only read.
    folder = mkdtempSync(join(tmpdir(), 'monitor-'));
    const lines = [
      ...sessionLines(DISCORD_ID, discordSession(), Date.parse('2026-02-02T01:14:22Z')),
      ...sessionLines(EVIL_ID, hostileRounds()),
      ...sessionLines('wide', wideRounds()),
      ...sessionLines('long', longRounds()),
      ...sessionLines(
        null,
        Array.from({ length: 120 }, (_, i) => new Talk(`app ${i % 3}`).ask(`hi ${i}`).answer('hello')),
      ),
    ];
    made = { dataDir: await makeStore(folder, lines), siteDir: join(folder, 'site') };
    await render(made);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function fileOf(id: string, part?: number): string {
    const entry = readSnapshot(made.dataDir).sessions.get(id);
    if (!entry) throw new Error(`no session ${id}`);
    return join(made.siteDir, sessionPath(sessionName(entry), part));
  }

  test('check 1: hostile words in every field inject nothing, and break no policy', async () => {
    {
      const { page, faults } = await open(fileOf(EVIL_ID));
      await page.evaluate(() => document.querySelectorAll('details').forEach((part) => (part.open = true)));
      await page.mouse.wheel(0, 4000);
      expect(faults).toEqual({ said: [], strayed: [] });
      // Elements and attributes that no template of ours has.
      expect(
        await page.evaluate(() =>
          [
            ...document.querySelectorAll(
              'main script, main style, main iframe, main img, main base, main meta, main object, main b[onclick]',
            ),
          ].map((element) => element.outerHTML.slice(0, 80)),
        ),
      ).toEqual([]);
      expect(
        await page.evaluate(() =>
          [...document.querySelectorAll('*')].flatMap((element) =>
            [...element.attributes]
              .filter(({ name }) => name.startsWith('on') || name === 'style')
              .map(({ name }) => name),
          ),
        ),
      ).toEqual([]);
      const links = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLAnchorElement>('main a:not(svg a)')].map(
          ({ protocol }) => protocol,
        ),
      );
      expect([...new Set(links)].toSorted()).toEqual(['file:', 'http:', 'https:']);
      expect(await sideways(page)).toBe(0);
      await page.context().close();
    }
  });

  test('check 1: what was written can be read, as it was written', async () => {
    const { page } = await open(fileOf(EVIL_ID));
    const said = await page.locator('#r-1 .is-user .md').innerText();
    expect(said).toContain('<img src=x onerror="alert(1)">');
    expect(await page.locator('#r-10 .is-answer .md').last().innerText()).toContain(
      '␛[2J␛]8;;https://evil.example␇link␛[31m',
    );
    expect(await page.evaluate(() => document.title)).toContain('<img src=x');
  });

  test('check 3: without JavaScript the totals, every message, the timeline and its links are there', async () => {
    const { page, faults } = await open(fileOf(DISCORD_ID), { javaScriptEnabled: false });
    expect(faults).toEqual({ said: [], strayed: [] });
    expect(await page.locator('.round').count()).toBe(31);
    expect(
      (await page.locator('.session-figures .value').allTextContents()).map((value) => value.trim()),
    ).toEqual(['31', '1.31M', '16.8K', '$1.09', '21']);
    expect(await page.locator('.timeline-plot a').count()).toBe(31);
    expect(await page.locator('.timeline-plot a').nth(11).getAttribute('href')).toBe('#r-12');
    expect(await page.locator('.prompts a').allTextContents()).toEqual([
      '1The Discord bridge drops messages when the gateway answers 429. Find out why and fix it.',
      '4Looks right. Do the Telegram and Matrix bridges make the same mistake?',
      '11Then fix Matrix too.',
      '14Write the regression test with a fake clock',
      '18yes',
      '19yes',
      '22Why did the backoff test take 4 s?',
      '26Update the changelog and open the pull request',
      '30Post a two-line summary in the channel',
    ]);
    expect(await page.locator('[data-open-all]').isVisible()).toBe(false);
    await page.locator('#talk-only').check();
    expect(await page.locator('.counts').first().isVisible()).toBe(false);
    expect(await page.locator('#r-1 .is-user').isVisible()).toBe(true);
  });

  test.each([true, false])(
    'check 4: a round in a closed part is opened and scrolled to (JavaScript: %s)',
    async (javaScriptEnabled) => {
      const { page } = await open(fileOf(DISCORD_ID), { hash: '#r-8', javaScriptEnabled });
      await expectInWindow(page, '#r-8');
    },
  );

  test('check 4: a round of an older page leads there, from the address and from a signpost', async () => {
    const { page } = await open(fileOf('long'), { hash: '#r-77' });
    await page.waitForURL(/long~p2\.html#r-77$/);
    await expectInWindow(page, '#r-77');
    const { page: lost } = await open(fileOf('long', 100), { hash: '#r-4990' });
    await lost.waitForURL(/long\.html#r-4990$/);
    const { page: plain } = await open(fileOf('long', 1), { javaScriptEnabled: false });
    await plain.locator('.parts a[rel=next]').first().click();
    await plain.waitForURL(/long~p2\.html$/);
    const { page: newest } = await open(fileOf('long'), { javaScriptEnabled: false });
    await newest.locator('.prompts a').first().click();
    await newest.waitForURL(/long~p1\.html#r-1$/);
  });

  test('check 6: "yes" sent twice stands there twice', async () => {
    const { page } = await open(fileOf(DISCORD_ID));
    expect(await page.locator('.is-user .md', { hasText: /^yes$/ }).count()).toBe(2);
  });

  test('check 8: no page of 5,000 rounds has a megabyte, or more than a browser draws at once', async () => {
    const sessions = join(made.siteDir, 'sessions');
    const files = readdirSync(sessions).filter((file) => /^long.*\.html$/.test(file));
    expect(files.length).toBe(101);
    expect(Math.max(...files.map((file) => statSync(join(sessions, file)).size))).toBeLessThan(1_000_000);
    const { page } = await open(fileOf('long'));
    expect(await page.evaluate(() => document.querySelectorAll('*').length)).toBeLessThan(10_000);
    const labels = await page.locator('nav').evaluateAll((all) => all.map(({ ariaLabel }) => ariaLabel));
    expect(labels).toEqual(['Pages', 'Pages of this session', 'Pages of this session, below the rounds']);
    expect(await page.locator('.timeline-plot a').count()).toBe(120);
    const all = files.map((file) => readFileSync(join(sessions, file), 'utf8')).join('');
    expect(all.split('<p>Prompt 4321</p>').length - 1).toBe(1);
    expect(all.split('Answer 4321: <strong>').length - 1).toBe(1);
  });

  test.each([
    [360, ['wide', DISCORD_ID, EVIL_ID, 'long']],
    [800, ['wide', EVIL_ID]],
    [1440, ['wide']],
  ] as const)('check 9: nothing scrolls sideways at %i pixels', async (width, ids) => {
    for (const id of ids) {
      const { page } = await open(fileOf(id), { viewport: { width, height: 800 } });
      await page.evaluate(() => document.querySelectorAll('details').forEach((part) => (part.open = true)));
      expect(await sideways(page), id).toBe(0);
      await page.context().close();
    }
  });

  test.each(['light', 'dark'] as const)('check 12: axe finds nothing serious, %s', async (colorScheme) => {
    for (const id of [DISCORD_ID, 'wide']) {
      const { page } = await open(fileOf(id), { colorScheme, bypassCSP: true });
      await page.evaluate(() =>
        document
          .querySelectorAll('.rounds details')
          .forEach((part) => ((part as HTMLDetailsElement).open = true)),
      );
      expect(await axe(page), id).toEqual([]);
      await page.context().close();
    }
  });

  test('check 12: print shows what is closed', async () => {
    const { page } = await open(fileOf(DISCORD_ID));
    const inside = page.locator('#r-1 .fold .inside').first();
    expect((await inside.boundingBox())?.height ?? 0).toBe(0);
    await page.emulateMedia({ media: 'print' });
    expect((await inside.boundingBox())?.height ?? 0).toBeGreaterThan(10);
    expect((await page.locator('#r-6').boundingBox())?.height ?? 0).toBeGreaterThan(50);
  });

  test('check 12: the session’s totals are the sums of its rounds', async () => {
    const { page } = await open(fileOf(DISCORD_ID));
    const numbers = (texts: string[]): number[] =>
      texts.map((text) => Number(/[\d,.]+/.exec(text)?.[0].replaceAll(',', '') ?? '0'));
    const input = numbers(await page.locator('.counts > :first-child').allTextContents());
    const cost = numbers(
      (await page.locator('.round-head .right').allTextContents()).filter((text) => text.includes('$')),
    );
    const sum = (values: number[]): number => values.reduce((a, b) => a + b, 0);
    const titles = await page
      .locator('.session-figures .value')
      .evaluateAll((values) => values.map((value) => value.getAttribute('title')));
    expect(titles[1]).toBe(sum(input).toLocaleString('en'));
    expect(Number(titles[3]?.slice(1))).toBeCloseTo(sum(cost), 2);
    expect(cost.length).toBe(29);
    await expectTotalInList(page);
  });

  /** The list has the same sums. */
  async function expectTotalInList(page: Page): Promise<void> {
    const { total_input_tokens: input } = JSON.parse(
      readFileSync(join(made.siteDir, 'api/sessions.json'), 'utf8'),
    ).sessions.find(({ session_id: id }: { session_id: string }) => id === DISCORD_ID) as {
      total_input_tokens: number;
    };
    expect(await page.locator('.session-figures .value').nth(1).getAttribute('title')).toBe(
      input.toLocaleString('en'),
    );
  }

  test('keys walk the timeline, and open what is closed', async () => {
    const { page, faults } = await open(fileOf(DISCORD_ID));
    const focused = (): Promise<string | null> =>
      page.evaluate(() => document.activeElement?.getAttribute('href') ?? null);
    await page.locator('.timeline-plot a').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('#r-3');
    await page.keyboard.press('End');
    expect(await focused()).toBe('#r-31');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#r-31$/);
    await page.locator('[data-open-all]').click();
    expect(await page.locator('.rounds details:not([open], .raw)').count()).toBe(0);
    await page.locator('[data-open-all]').click();
    expect(await page.locator('.rounds details[open]').count()).toBe(0);
    expect(faults).toEqual({ said: [], strayed: [] });
  });

  test('requests without a session id have no threads, and a note says so', async () => {
    const { page } = await open(fileOf('default'));
    expect(await page.locator('.thread').count()).toBe(0);
    expect(await page.locator('.lead').first().innerText()).toContain('have no session id');
  });
});

/** What axe finds serious or worse. */
async function axe(page: Page): Promise<string[]> {
  await page.addScriptTag({ path: createRequire(import.meta.url).resolve('axe-core/axe.min.js') });
  return page.evaluate(async () => {
    interface Found {
      violations: { id: string; impact: string; nodes: { html: string }[] }[];
    }
    const { violations } = await (globalThis as unknown as { axe: { run(): Promise<Found> } }).axe.run();
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 150)}`);
  });
}
