import { expect, test } from 'vitest';
import type { BoundReason } from '../../../src/pricing/bounds.ts';
import { sessionJsonPages } from '../../../src/site/session/session-json.ts';
import * as english from '../../../src/texts/en.ts';
import { sessionPages } from '../../../src/site/session/pages.ts';
import { keptRounds, readEachTime } from '../../../src/site/session/source.ts';
import type { SiteContext } from '../../../src/site/site-context.ts';
import { localTimeIn } from '../../../src/query/time-zone.ts';
import { session } from '../../report/make.ts';
import { textOf } from '../make.ts';
import { storedLines, Talk, type Said } from './make.ts';
import { outline, tell } from './outline.ts';

const SITE: SiteContext = {
  now: 0,
  local: localTimeIn('Asia/Shanghai'),
  language: 'en',
  texts: english,
  noContent: false,
  colours: { slotOf: () => 1 },
  moneyOf: ({ stored }) => ({
    price: stored.price,
    cost: 10n ** 15n,
    saved: 0n,
    currency: 'USD',
    inexact: [],
  }),
} as SiteContext;

/** A prompt, a call, and the answer: two rounds for each. */
function longTalk(prompts: number, words = ''): Said[] {
  const talk = new Talk('Be brief.');
  return Array.from({ length: prompts }, (_, i) => [
    talk.ask(`Prompt ${i}`).answer(null, [{ id: `c${i}`, name: 'run', args: { command: `step ${i}` } }]),
    talk.result(`c${i}`, `Result ${i} ${words}`).answer(`Answer ${i}`),
  ]).flat();
}

/** The pages of a session by path: key and content. */
function pagesOf(said: readonly Said[]): Map<string, { key: string; html: string }> {
  const lines = storedLines(said);
  const entry = session('s', [], {
    title: 'Prompt 0',
    rounds: said.length,
    end: lines.length,
    file: 's.json',
  });
  const pages = [...sessionPages({ entry, name: 's', ...keptRounds(lines) }, SITE)];
  return new Map(pages.map(({ path, key, render }) => [path, { key, html: textOf(render()) }]));
}

test('a page ends at a prompt once it has fifty rounds', () => {
  const { parts, sum } = tell(longTalk(70));
  expect(parts.map(({ page, from, to, isClosed }) => [page, from, to, isClosed])).toEqual([
    [1, 1, 50, true],
    [2, 51, 100, true],
    [3, 101, 140, false],
  ]);
  expect(sum.prompts.length).toBe(70);
  expect(sum.prompts[50]).toEqual({ round: 101, page: 3, text: 'Prompt 50', idleMs: 0 });
});

test('without a prompt a page ends before eighty rounds are over, with long texts sooner', () => {
  const talk = new Talk();
  const loop = Array.from({ length: 170 }, (_, i) => {
    if (i === 0) talk.ask('go');
    else talk.result(`c${i - 1}`, 'ok');
    return talk.answer(null, [{ id: `c${i}`, name: 'run', args: {} }]);
  });
  expect(tell(loop).parts.map(({ from, to }) => [from, to])).toEqual([
    [1, 80],
    [81, 160],
    [161, 170],
  ]);
  expect(tell(longTalk(30, 'word '.repeat(10_000))).parts.map(({ from, to }) => [from, to])).toEqual([
    [1, 18],
    [19, 36],
    [37, 54],
    [55, 60],
  ]);
});

test('a result whose call stands on a closed page is shown where it came, with a link', () => {
  const talk = new Talk();
  const said = Array.from({ length: 81 }, (_, i) => {
    if (i === 0) talk.ask('go');
    else talk.result(`c${i - 1}`, `ok ${i}`);
    return talk.answer(null, [{ id: `c${i}`, name: 'run', args: {} }]);
  });
  expect(outline(said).slice(-3)).toEqual([
    '#80 [continued of #79: 158 repeated, -0 +1, 1 at calls] run()',
    '----',
    '#81 [continued of #80: 160 repeated, -0 +1] result of run in #80: ok 80 | run()',
  ]);
});

test('closed pages of a session that grows stay as they are, byte by byte', () => {
  const said = longTalk(80);
  const grown = [60, 104, 106, 151, 160].map((rounds) => pagesOf(said.slice(0, rounds)));
  for (const [i, pages] of grown.entries()) {
    for (const later of grown.slice(i + 1)) {
      for (const [path, page] of pages) {
        if (!path.includes('~p') || page.key === 'signpost') continue;
        expect(later.get(path), path).toEqual(page);
      }
    }
  }
  expect(
    grown.map((pages) => [...pages].map(([path, { key }]) => (key === 'signpost' ? `${path} →` : path))),
  ).toEqual([
    ['sessions/s~p1.html', 'sessions/s~p2.html →', 'sessions/s.html'],
    ['sessions/s~p1.html', 'sessions/s~p2.html', 'sessions/s~p3.html →', 'sessions/s.html'],
    ['sessions/s~p1.html', 'sessions/s~p2.html', 'sessions/s~p3.html →', 'sessions/s.html'],
    [
      'sessions/s~p1.html',
      'sessions/s~p2.html',
      'sessions/s~p3.html',
      'sessions/s~p4.html →',
      'sessions/s.html',
    ],
    [
      'sessions/s~p1.html',
      'sessions/s~p2.html',
      'sessions/s~p3.html',
      'sessions/s~p4.html →',
      'sessions/s.html',
    ],
  ]);
});

test('a session that is read each time has the pages of one that is kept', () => {
  const lines = storedLines(longTalk(70));
  const entry = session('s', [], { file: 's.json', created: 0, updated: 0 });
  const made = [keptRounds(lines), readEachTime(lines)].map((rounds) => {
    const source = { entry, name: 's', ...rounds };
    return [...sessionPages(source, SITE), ...sessionJsonPages(source, SITE)].map(
      ({ path, key, render }): [string, string, string] => [path, key, textOf(render())],
    );
  });
  expect(made[0]).toEqual(made[1]);
  expect(made[0]?.map(([path]) => path)).toEqual([
    'sessions/s~p1.html',
    'sessions/s~p2.html',
    'sessions/s~p3.html',
    'sessions/s.html',
    'api/sessions/s.json',
  ]);
});

test('another price of a round is another page', () => {
  const lines = storedLines(longTalk(30));
  const entry = session('s', [], { file: 's.json' });
  const keys = (cost: bigint, currency = 'USD', ...inexact: BoundReason[]): string[] => {
    const site = { ...SITE, moneyOf: () => ({ price: 1, cost, saved: 0n, currency, inexact }) };
    return [...sessionPages({ entry, name: 's', ...keptRounds(lines) }, site)].map(({ key }) => key);
  };
  const [before, after] = [keys(1n), keys(2n)];
  expect(after[0]).not.toBe(before[0]);
  expect(after[1]).toBe('signpost');
  expect(after[2]).not.toBe(before[2]);
  expect(keys(1n)).toEqual(before);
  expect([keys(1n, 'CNY')[0], keys(1n, 'USD', 'aborted')[0]]).not.toContain(before[0]);
  expect(keys(1n, 'CNY')[0]).not.toBe(keys(1n, 'USD', 'aborted')[0]);
});

test('a session twice as long has less than 2.3 times the bytes, and each message once', () => {
  const bytes = (rounds: number): { size: number; html: string } => {
    const html = [...pagesOf(longTalk(rounds / 2)).values()].map((page) => page.html).join('');
    return { size: Buffer.byteLength(html), html };
  };
  const [half, whole] = [bytes(100), bytes(200)];
  expect(whole.size / half.size).toBeLessThan(2.3);
  for (let i = 0; i < 100; i++) {
    expect(whole.html.split(`<p>Answer ${i}</p>`).length - 1, `Answer ${i}`).toBe(1);
    expect(whole.html.split(`>Result ${i} <`).length - 1, `Result ${i}`).toBe(1);
  }
});

test('what one round may show is bounded: long texts begin, and the raw JSON has the rest', () => {
  const talk = new Talk();
  const html =
    pagesOf([
      talk
        .ask('x'.repeat(5_000_000))
        .answer('&'.repeat(140_000), [{ id: 'a', name: 'n', args: { a: '"'.repeat(400_000) } }]),
    ]).get('sessions/s.html')?.html ?? '';
  expect(html.length).toBeLessThan(600_000);
  expect(html).toContain('4,950,000 more characters: <a href="../api/sessions/s.json">raw JSON</a>');
});
