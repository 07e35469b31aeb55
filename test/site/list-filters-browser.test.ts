import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, seriousFaults, sideways, useBrowser, type Opened } from './browser.ts';
import { render, sharedFolder, writeLists } from './make.ts';
import { entriesOf, quickSessions, storeQuickly, type QuickSession } from './quick-store.ts';

/** Friday, 16:32 in Shanghai. The site was written a day earlier. */
const NOW = Date.parse('2026-11-20T08:32:00Z');
const DAY_MS = 86_400_000;
/** Units are after a space at which no line breaks. */
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');
/** A local date and time. */
const at = (time: string): number => Date.parse(`2026-${time}:00+08:00`);
/** A dollar: half a million input tokens. */
const dollar = { model: 'gpt-5', input: 500_000, cached: 0, output: 0, status: 200 };

const SESSIONS: QuickSession[] = [
  {
    id: 'agent:main:discord:channel:1',
    title: 'Two days',
    consumer: 'ana',
    rounds: [
      { ...dollar, at: at('10-30T23:59'), currency: 'CNY' },
      { ...dollar, at: at('11-19T00:00') },
      { ...dollar, at: at('11-19T01:00'), model: 'qwen-max', unpriced: true },
      { ...dollar, at: at('11-20T00:10'), consumer: 'bo', input: 1_000_000 },
    ],
  },
  {
    id: 'agent:main:telegram:direct:2',
    title: 'Today',
    consumer: 'bo',
    rounds: [{ ...dollar, at: at('11-20T00:00'), inexact: 'aborted' }],
  },
  { id: 'agent:ops:cron:3', title: 'Sunday', consumer: '', rounds: [{ ...dollar, at: at('11-15T23:59') }] },
  { id: 'agent:ops:cron:4', title: 'Monday', consumer: '', rounds: [{ ...dollar, at: at('11-09T00:00') }] },
  { id: 'five', title: 'Sunday before', consumer: 'ana', rounds: [{ ...dollar, at: at('11-08T23:59') }] },
  {
    id: 'six',
    title: 'Fails',
    consumer: 'ana',
    tools: [
      ['bash', 3, 1],
      ['read', 2, 0],
    ],
    rounds: [
      { ...dollar, at: at('11-17T10:00') },
      { ...dollar, at: at('11-18T10:00'), model: 'unknown', input: 0, status: 503, unpriced: true },
    ],
  },
  {
    id: 'seven',
    title: 'Slow',
    consumer: 'ana',
    tools: [],
    rounds: [
      { ...dollar, at: at('11-12T10:00'), durationMs: 29_540 },
      { ...dollar, at: at('11-13T10:00'), durationMs: 29_539 },
    ],
  },
  {
    id: 'eight',
    title: 'Untold',
    consumer: 'ana',
    rounds: [{ ...dollar, at: at('11-02T10:00'), status: undefined, durationMs: 90_000 }],
  },
];

/** Of a session in which nothing failed. */
const CALM = { tools: [], rounds: [{ ...dollar, at: at('11-17T10:00') }] };

describe.skipIf(chromiumPath === undefined)('the filters of the list', () => {
  const openFile = useBrowser();
  const folder = sharedFolder();
  const [small, large] = [join(folder, 'small'), join(folder, 'large')];

  beforeAll(async () => {
    const dataDir = join(folder, 'store');
    storeQuickly(dataDir, SESSIONS);
    await render({ dataDir, siteDir: small }, { now: NOW - DAY_MS });
    const more = quickSessions(4000, 120, at('11-01T00:00')).map((session) => ({
      ...session,
      consumer: 'ana',
    }));
    // Without a store, what failed cannot be read.
    const calm = SESSIONS.map((session) => (session.title === 'Fails' ? { ...session, ...CALM } : session));
    writeLists(large, entriesOf([...more, ...calm]), NOW - DAY_MS);
  });

  const open = (dir: string, hash = '', rest = {}): Promise<Opened> =>
    openFile(join(dir, 'sessions/index.html'), { hash, now: NOW, ...rest });
  const titles = (page: Page): Promise<string[]> => page.locator('#sessions tbody .title').allInnerTexts();
  const meant = (page: Page): Promise<string> => page.locator('#meant').innerText().then(plain);
  const drawn = async (page: Page, count: string): Promise<void> => {
    await expect.poll(() => page.locator('#count').innerText(), { timeout: 60_000 }).toBe(count);
  };

  test.each([
    ['today', ['Two days', 'Today'], '20 Nov 2026', '2 rounds, 1.50 M tokens, ≥ $3.00'],
    ['7d', ['Two days', 'Today', 'Fails', 'Sunday'], '14 Nov to 20 Nov 2026', ''],
    ['last-week', ['Sunday', 'Slow', 'Monday'], '9 Nov to 15 Nov 2026', '4 rounds, 2.00 M tokens, $4.00'],
    ['30d', SESSIONS.map(({ title }) => title), '22 Oct to 20 Nov 2026', ''],
  ])(
    'when=%s means days in the time zone of the site, by the clock of the browser',
    async (when, found, days, sum) => {
      const { page, faults } = await open(small, `#when=${when}`, { timezoneId: 'America/Los_Angeles' });
      await drawn(page, found.length === 8 ? '8 sessions' : `${found.length} of 8 sessions`);
      expect((await titles(page)).toSorted()).toEqual(found.toSorted());
      expect(await meant(page)).toContain(
        `Rounds, tokens and cost are those of ${days} only. Together: ${sum}`,
      );
      expect(faults.said).toEqual([]);
    },
  );

  test('figures are those of the days, the model and the consumer that are asked for', async () => {
    const row = async (hash: string): Promise<string[]> => {
      const { page } = await open(small, `#search=two&${hash}`);
      await drawn(page, '1 of 8 sessions');
      const cells = page.locator('#sessions tbody td').filter({ visible: true });
      const [, , rounds = '', input = '', , , cost = ''] = (await cells.allInnerTexts()).map(plain);
      return [rounds, input, cost.replace('\n', ' ')];
    };
    expect(await row('')).toEqual(['4', '2.50 M', '$3.00 + ¥1.00 + 1 unpriced']);
    expect(await row('from=2026-11-19')).toEqual(['3', '2.00 M', '$3.00 + 1 unpriced']);
    expect(await row('to=2026-10-30')).toEqual(['1', '500 K', '¥1.00']);
    expect(await row('from=2026-11-19&to=2026-11-19')).toEqual(['2', '1.00 M', '$1.00 + 1 unpriced']);
    expect(await row('model=qwen-max')).toEqual(['1', '500 K', 'unpriced']);
    expect(await row('consumer=bo')).toEqual(['1', '1.00 M', '$2.00']);
    expect(await row('consumer=bo&model=gpt-5&when=today')).toEqual(['1', '1.00 M', '$2.00']);
  });

  test('a day, a model and a consumer must be of one and the same round', async () => {
    for (const hash of ['when=today&model=qwen-max', 'from=2026-11-19&to=2026-11-19&consumer=bo']) {
      const { page } = await open(small, `#${hash}`);
      await drawn(page, '0 of 8 sessions');
      await page.locator('#nothing').waitFor();
    }
  });

  test.each([
    ['failed', ['Fails'], 'Of 1 more, the store does not know whether a request failed.'],
    ['failed-tool', ['Fails'], 'Of 6 more, the store does not know whether a tool failed.'],
    ['slow', ['Slow'], 'Of 1 more, the store does not know how long requests took.'],
    ['unpriced', ['Fails', 'Two days'], 'Together: 6 rounds, 3.00 M tokens, $4.00 + ¥1.00 + 2 unpriced.'],
    ['bound', ['Today'], 'Together: 1 round, 500 K tokens, ≥ $1.00.'],
  ])('status=%s', async (status, found, words) => {
    const { page } = await open(small, `#status=${status}`);
    await drawn(page, `${found.length} of 8 sessions`);
    expect((await titles(page)).toSorted()).toEqual(found);
    expect(await meant(page)).toContain(words);
  });

  test('a status is that of the rounds that are meant; that of tools is the whole session’s, and this is said', async () => {
    const { page } = await open(small, '#status=failed&from=2026-11-17&to=2026-11-17');
    await drawn(page, '0 of 8 sessions');
    await page.goto(page.url().replace('to=2026-11-17', 'to=2026-11-18'));
    await drawn(page, '1 of 8 sessions');
    await page.selectOption('#when', '');
    await page.selectOption('#model', 'gpt-5');
    await drawn(page, '0 of 8 sessions');
    await page.selectOption('#status', 'failed-tool');
    await drawn(page, '1 of 8 sessions');
    expect(await meant(page)).toContain('When a tool failed is not known: it counts for the whole session.');
    await page.selectOption('#model', 'unknown');
    expect(await titles(page)).toEqual(['Fails']);
  });

  test('agent, channel and no consumer; the address keeps all of it, also when it is loaded anew', async () => {
    const { page } = await open(small);
    await drawn(page, '8 sessions');
    await page.selectOption('#agent', 'ops');
    await drawn(page, '2 of 8 sessions');
    await page.selectOption('#channel', 'cron');
    await page.selectOption('#consumer', '-');
    await page.selectOption('#when', 'between');
    await page.fill('#to', '2026-11-14');
    await drawn(page, '1 of 8 sessions');
    const address = '#consumer=-&agent=ops&channel=cron&to=2026-11-14';
    expect(new URL(page.url()).hash).toBe(address);
    expect(await meant(page)).toContain('until 14 Nov 2026, without a consumer only.');
    await page.reload();
    await drawn(page, '1 of 8 sessions');
    expect(new URL(page.url()).hash).toBe(address);
    expect(await titles(page)).toEqual(['Monday']);
    expect(await seriousFaults(page)).toEqual([]);
    await page.fill('#search', 'nothing like this');
    await page.click('#clear');
    await drawn(page, '8 sessions');
    expect(new URL(page.url()).hash).toBe('');
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await sideways(page)).toBe(0);
  });

  test('dimensions: values of the rounds that are meant, in the address as --where has them', async () => {
    const dataDir = join(folder, 'tagged');
    const siteDir = join(folder, 'tagged-site');
    const tagged = (id: string, ...values: (Record<string, string> | undefined)[]): QuickSession => ({
      id,
      title: id,
      consumer: 'ana',
      rounds: values.map((tags, i) => ({ ...dollar, at: at(`11-1${i}T10:00`), ...(tags && { tags }) })),
    });
    const sessions = [
      tagged('both', { 'a=b': 'x', a: 'b=c' }, { 'a=b': 'y', a: '' }),
      tagged('one', { 'a=b': 'x', a: '' }),
      tagged('many', { 'a=b': 'x', a: 'other values' }),
      tagged('untold', undefined, { 'a=b': 'x' }),
    ];
    storeQuickly(dataDir, sessions, ['a', 'a=b']);
    await render({ dataDir, siteDir }, { now: NOW });
    const { page } = await open(siteDir, '#where=a%3Db%3Dx');
    await drawn(page, '4 sessions');
    expect(await meant(page)).toBe(
      'Rounds, tokens and cost are those with a=b x only. Together: 4 rounds, 2.00 M tokens, $4.00.',
    );
    await page.selectOption('#where-0', '=b=c');
    await drawn(page, '1 of 4 sessions');
    expect(await titles(page)).toEqual(['both']);
    expect(await meant(page)).toContain('Of 2 more, the store does not know these values.');
    expect(new URL(page.url()).hash).toBe('#where=a%3Db%3Dc&where=a%3Db%3Dx');
    await page.selectOption('#where-1', '=y');
    await drawn(page, '0 of 4 sessions');
    await page.selectOption('#where-0', '=');
    await drawn(page, '1 of 4 sessions');
    expect(await meant(page)).toContain('without a, with a=b y only. Together: 1 round,');
    await page.reload();
    await drawn(page, '1 of 4 sessions');
    expect(await page.locator('#where-0 option:checked').innerText()).toBe('none');
    expect(await seriousFaults(page)).toEqual([]);
  });

  test('sub-agents and threads stand below their session, whose row has what all used together', async () => {
    const dataDir = join(folder, 'families');
    const siteDir = join(folder, 'families-site');
    const one = (id: string, time: string, rest: Partial<typeof dollar> = {}): QuickSession => ({
      id,
      title: `T ${id.slice(-1)}`,
      consumer: 'ana',
      rounds: [{ ...dollar, ...rest, at: at(time) }],
    });
    storeQuickly(dataDir, [
      one('agent:a:main:1', '11-10T10:00'),
      one('agent:a:main:1:subagent:2', '11-19T10:00', { input: 1_000_000 }),
      one('agent:a:main:1:subagent:2:thread:3', '11-12T10:00', { model: 'unpriced' }),
      one('agent:a:main:4', '11-11T10:00', { input: 1_500_000 }),
      // Its parent is not there: it stands below the one above it.
      one('agent:a:main:4:subagent:5:subagent:6', '11-09T10:00', { input: 100_000 }),
      one('agent:a:main:7:thread:8', '11-08T10:00'),
    ]);
    await render({ dataDir, siteDir }, { now: NOW });
    const { page, faults } = await open(siteDir, '#sort=cost');
    await drawn(page, '6 sessions');
    const shown = async (): Promise<string[][]> =>
      page
        .locator('#sessions tbody tr')
        .evaluateAll((rows) =>
          rows.map((row) =>
            ['.title bdi', '.num.rounds', '.cost', 'time'].map(
              (one) => row.querySelector(one)?.textContent ?? '',
            ),
          ),
        );
    const folded = [
      ['T 1', '3', '$4.00own $1.00below $3.00', '19 Nov 10:00'],
      ['T 4', '2', '$3.20own $3.00below $0.20', '11 Nov 10:00'],
      ['T 8', '1', '$1.00', '8 Nov 10:00'],
    ];
    expect(await shown()).toEqual(folded);
    expect(await page.locator('#range').innerText()).toBe('1 to 3 of 3, and 3 below them');
    // With the keyboard; a redraw keeps what is open.
    const button = page.locator('button.parts').first();
    expect(await button.innerText()).toBe('2 sessions below');
    await button.focus();
    await page.keyboard.press('Enter');
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    await page.click('th[data-sort="updated"] button');
    expect((await shown()).map(([title]) => title)).toEqual(['T 1', 'T 2', 'T 3', 'T 4', 'T 8']);
    expect(
      await page
        .locator('tr.part')
        .evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset['level'])),
    ).toEqual(['1', '2']);
    expect(await page.locator('tr.part .title').first().textContent()).toBe('Part of T 1: T 2');
    expect(await seriousFaults(page)).toEqual([]);
    await button.click();
    expect((await shown()).length).toBe(3);
    // Of the days that are asked for.
    await page.goto(`${page.url().split('#')[0]}#from=2026-11-12`);
    await expect
      .poll(shown, { timeout: 60_000 })
      .toEqual([['T 2', '2', '$3.00own $2.00below $1.00', '19 Nov 10:00']]);
    await page.selectOption('#parts', 'apart');
    await drawn(page, '2 of 6 sessions');
    expect((await shown()).map(([title]) => title)).toEqual(['T 2', 'T 3']);
    expect(new URL(page.url()).hash).toContain('parts=apart');
    await page.reload();
    await drawn(page, '2 of 6 sessions');
    expect(await page.locator('#parts').inputValue()).toBe('apart');
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await sideways(page)).toBe(0);
    expect(faults.said).toEqual([]);
  });

  test('another address on the same page asks anew', async () => {
    const { page } = await open(small, '#search=two&sort=cost&when=7d');
    await drawn(page, '1 of 8 sessions');
    await page.evaluate(() => {
      location.hash = 'status=failed';
    });
    await expect.poll(() => titles(page), { timeout: 60_000 }).toEqual(['Fails']);
    expect(await page.locator('#search').inputValue()).toBe('');
    expect(await page.locator('th[aria-sort]').innerText()).toBe('Last round');
  });

  test('a name that no session has finds nothing, and does not fall back to all', async () => {
    const { page } = await open(small, '#model=no-such-model');
    await drawn(page, '0 of 8 sessions');
    expect(await page.locator('#model').inputValue()).toBe('no-such-model');
  });

  test('of a large site, only parts that can have a round in that time are loaded', async () => {
    const { page } = await open(large);
    const loaded: string[] = [];
    page.on('request', (request) => {
      // The browser asks for the icon whenever it likes.
      if (!request.url().includes('/favicon.svg'))
        loaded.push(/2026-\d\d\/\w+\.js/.exec(request.url())?.[0] ?? request.url());
    });
    await page.selectOption('#when', 'today');
    // One began in October: its month is looked at, and only the part that has it.
    await drawn(page, '2 of 4,008 sessions');
    expect(loaded.toSorted()).toEqual([
      '2026-10/10.js',
      '2026-10/parts.js',
      '2026-11/1.js',
      '2026-11/parts.js',
    ]);
    expect(await page.locator('#more').isHidden()).toBe(true);
    expect(await page.locator('#month').isHidden()).toBe(true);
    await page.selectOption('#when', '');
    await drawn(page, '7 sessions of Nov 2026');
    await page.click('#more');
    await drawn(page, '4,008 sessions');
    expect(new Set(loaded).size).toBe(loaded.length);
  });
});
