import { expect, test } from 'vitest';
import { localTimeIn } from '../../src/query/time-zone.ts';
import type { ContextFacts } from '../../src/site/context/context-facts.ts';
import { contextPage } from '../../src/site/context/context-page.ts';
import { ContextSums } from '../../src/site/context/context-sums.ts';
import { modelColours } from '../../src/site/model-colours.ts';
import * as en from '../../src/texts/en.ts';
import type { SiteContext } from '../../src/site/site-context.ts';
import type { SiteSession } from '../../src/site/shown-session.ts';
import type { Pieces } from '../../src/site/state/pieces.ts';
import { siteTotals, sumSessions } from '../../src/site/totals.ts';
import { entriesOf, type QuickSession } from './quick-store.ts';

const SESSIONS = entriesOf(
  Array.from({ length: 40 }, (_, i): QuickSession => ({
    id: `s${i}`,
    title: `Title ${i}`,
    consumer: 'c',
    rounds: [{ at: Date.parse('2026-11-20T00:00:00Z'), model: 'gpt-5', input: 1000, cached: 250, output: 1 }],
  })),
);

function session(i: number): SiteSession {
  return {
    entry: SESSIONS[i],
    key: '',
    mark: '',
    hasPages: true,
    isListed: true,
    family: null,
  } as SiteSession;
}

/** A session that missed the cache once for each of `rounds`, by 100 tokens and 10⁻¹⁸ of a dollar each. */
function facts(rounds: number, rest: Partial<ContextFacts> = {}): string {
  const all: ContextFacts = {
    misses: rounds,
    tokens: 100 * rounds,
    costs: rounds === 0 ? [] : [['USD', String(rounds)]],
    unpriced: 0,
    unknown: 1,
    largest: rounds === 0 ? [] : [[rounds + 1, 100, 'The model changed.']],
    growth: [
      [1, 1000],
      [2, 1000 + rounds],
      [2, 1000 + rounds],
    ],
    ...rest,
  };
  return JSON.stringify(all);
}

/** As the next render reads it. */
function carried(sums: ContextSums): ContextSums {
  const files = new Map<string, string>();
  const pieces = {
    write: (name: string, text: string) => void files.set(name, text),
    readAs: (name: string, read: (text: string) => unknown) => read(files.get(name) ?? ''),
  } as unknown as Pieces;
  sums.write(pieces);
  return ContextSums.remembered(pieces) as ContextSums;
}

test('what is carried on is what all sessions together make', () => {
  let sums = new ContextSums();
  for (let i = 0; i < 40; i++) sums.replace(session(i), '', facts(i));
  sums = carried(sums);
  // One that was left out grows, one of the list grows, one does not change.
  sums.replace(session(2), facts(2), facts(99));
  sums = carried(sums);
  sums.replace(session(39), facts(39), facts(40));
  sums.replace(session(38), facts(38), facts(38));

  const whole = new ContextSums();
  for (let i = 39; i >= 0; i--) whole.replace(session(i), '', facts(i === 2 ? 99 : i === 39 ? 40 : i));
  expect(carried(sums)).toEqual(carried(whole));
  expect(sums.key).toBe(whole.key);
  expect(sums.missing.map(({ id }) => id).slice(0, 4)).toEqual(['s2', 's39', 's38', 's37']);
  expect([sums.missing.length, sums.growing.length]).toEqual([15, 15]);
  const rounds = (39 * 40) / 2 - 2 + 99 + 1;
  expect(sums.totals).toEqual({
    sessions: 40,
    missing: 39,
    growing: 39,
    misses: rounds,
    tokens: 100 * rounds,
    unpriced: 0,
    unknown: 40,
    costs: new Map([['USD', BigInt(rounds)]]),
  });
  sums.replace(session(2), facts(99), '');
  expect(sums.totals.sessions).toBe(39);
  expect(sums.missing.map(({ id }) => id)).not.toContain('s2');
});

const local = localTimeIn('UTC');
const site = { local, now: 0, colours: modelColours(new Map()), texts: en } as unknown as SiteContext;
const text = (html: string): string =>
  html
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('\u00a0', ' ');

test('the page says what it lacks', () => {
  const totals = siteTotals(sumSessions(SESSIONS, local));
  const sums = new ContextSums();
  expect(text(contextPage(sums, totals, undefined, site))).toContain('No session has a page.');
  sums.replace(session(0), '', facts(0, { unknown: 0 }));
  const none = text(contextPage(sums, totals, undefined, site));
  expect(none).toContain('A request sends 1,000 tokens on average; caches held 25% of them. Cache misses');
  expect(none).toContain('No round that could be compared missed the cache.');
  expect(none).not.toContain('Context growth');
  for (let i = 1; i < 40; i++)
    sums.replace(session(i), '', facts(i, i === 39 ? { costs: [], unpriced: 39 } : {}));
  const page = contextPage(sums, totals, undefined, site);
  expect(text(page)).toContain(
    '780 rounds read 78.0 K fewer tokens from the cache than it held, which cost <$0.01 more'.replace(
      '<',
      '&lt;',
    ),
  );
  expect(text(page)).toContain('(without 39 unpriced rounds).');
  expect(text(page)).toContain(
    'Title 39 39 of 1 round #40 100 and 38 more The model changed. unpriced 3,900',
  );
  expect(text(page)).toContain(
    'The 15 with the most, of 39 sessions with cache misses. Of 39 rounds it is not known',
  );
  expect(text(page)).toContain('The 15 with the most, of 39 sessions that grew.');
  expect(page).toContain('href="./sessions/s39.html#r-40"');
  // First and largest; the last request is the largest one.
  expect(text(page)).toContain('Title 38 1.0 × first #1 1,000 largest #2 1,038');
});
