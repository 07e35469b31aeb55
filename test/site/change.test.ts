import { describe, expect, test } from 'vitest';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { causeOf, type ChangedCost } from '../../src/site/cause.ts';
import { changeUpTo, changeView, costChange, countChange, type SiteChange } from '../../src/site/change.ts';
import { DimensionSums } from '../../src/site/dimension-sums.ts';
import { Recent } from '../../src/site/recent.ts';
import { modelColours } from '../../src/site/model-colours.ts';
import * as en from '../../src/texts/en.ts';
import type { SiteContext } from '../../src/site/site-context.ts';
import { modelTable } from '../../src/site/statistics.ts';
import { renderTemplate } from '../../src/site/templates.ts';
import type { SiteSession } from '../../src/site/shown-session.ts';
import { siteTotals, sumSessions } from '../../src/site/totals.ts';
import { weeksUpTo } from '../../src/site/weeks.ts';
import { sumOfCells } from '../../src/query/aggregate.ts';
import { entriesOf, type QuickSession } from './quick-store.ts';

const DAY = '2026-11-20';
const local = localTimeIn('Asia/Shanghai');
const at = (time: string): number => Date.parse(`2026-${time}:00+08:00`);
/** A dollar: half a million input tokens. */
const dollars = (usd: number, time: string, rest = {}) => ({
  at: at(time),
  model: 'gpt-5',
  input: usd * 500_000,
  cached: 0,
  output: 0,
  ...rest,
});
const of = (id: string, consumer: string, ...rounds: ReturnType<typeof dollars>[]): QuickSession => ({
  id,
  title: id,
  consumer,
  rounds,
});
/** Long before, so that the store has both weeks. */
const OLD = of('old', 'ana', dollars(1, '10-01T00:00'));

function rememberedOf({ consumers, dimensions, sessions, begun }: Recent): Parameters<Recent['restore']>[0] {
  return { consumers: [...consumers], dimensions: dimensions.map((days) => [...days]), sessions, begun };
}

function made(sessions: readonly QuickSession[]): {
  change: SiteChange | undefined;
  words: string;
  links: string[];
} {
  const entries = entriesOf(sessions);
  const recent = new Recent(DAY, local, new DimensionSums([]));
  for (const { id, usage } of entries) recent.add(id, [], usage);
  const change = changeUpTo(DAY, siteTotals(sumSessions(entries, local)), recent);
  if (!change) return { change, words: '', links: [] };
  const { weeks } = change;
  const costs = [...new Set([...recent.sessions.values()].flat().map(({ id }) => id))].map(
    (id): ChangedCost => {
      const entry = entries.find((one) => one.id === id) as (typeof entries)[number];
      const sumOf = ({ from, to }: { from: string; to: string }) =>
        sumOfCells(
          entry.usage.filter(({ bucket }) => local.dateOf(bucket) >= from && local.dateOf(bucket) <= to),
        );
      const session: SiteSession = {
        entry,
        key: '',
        mark: '',
        hasPages: id !== 'old',
        isListed: true,
        family: null,
      };
      return { session, last: sumOf(weeks.last), before: sumOf(weeks.before) };
    },
  );
  const words = causeOf('index.html', change, costs);
  return {
    change,
    words: words.map(({ text }) => text).join(''),
    links: words.filter(({ href }) => href !== '').map(({ text, href }) => `${text} → ${href}`),
  };
}

test('the weeks are seven days each, up to and with the day', () => {
  expect(weeksUpTo(DAY)).toEqual({
    last: { from: '2026-11-14', to: '2026-11-20' },
    before: { from: '2026-11-07', to: '2026-11-13' },
  });
  const { change } = made([
    OLD,
    of('a', 'ana', dollars(1, '11-06T23:59'), dollars(2, '11-07T00:00'), dollars(4, '11-13T23:59')),
    of('b', 'bo', dollars(8, '11-14T00:00'), dollars(16, '11-20T23:59'), dollars(32, '11-21T00:00')),
  ]);
  const usd = (row: SiteChange['last'] | undefined): bigint => (row?.cost ?? 0n) / 10n ** 18n;
  expect([usd(change?.last), usd(change?.before)]).toEqual([24n, 6n]);
  expect(usd(change?.consumers.get('bo')?.last)).toBe(24n);
  expect(usd(change?.consumers.get('ana')?.before)).toBe(6n);
  expect(usd(change?.models.get('gpt-5')?.before)).toBe(6n);
  expect(made([OLD]).change).toBeUndefined();
});

describe('a change is shown', () => {
  const against = (...sessions: QuickSession[]): string => {
    const { change } = made(sessions);
    return change ? changeView(change, change).against : '';
  };
  test.each([
    ['+$2.00, +200%', [OLD, of('a', 'ana', dollars(1, '11-10T00:00'), dollars(3, '11-20T00:00'))]],
    ['−$2.00, −67%', [OLD, of('a', 'ana', dollars(3, '11-10T00:00'), dollars(1, '11-20T00:00'))]],
    ['−$3.00, −100%', [OLD, of('a', 'ana', dollars(3, '11-10T00:00'))]],
    ['no change', [OLD, of('a', 'ana', dollars(3, '11-10T00:00'), dollars(3, '11-20T00:00'))]],
    ['none before', [OLD, of('a', 'ana', dollars(3, '11-20T00:00'))]],
    // Not a word on a change where the store has less than both weeks.
    ['', [of('a', 'ana', dollars(3, '11-20T00:00'))]],
    ['before: $1.00, since 8 Nov', [of('a', 'ana', dollars(1, '11-08T00:00'), dollars(3, '11-20T00:00'))]],
    ['+$2.00, +200%', [of('a', 'ana', dollars(1, '11-07T00:00'), dollars(3, '11-20T00:00'))]],
    // What is not known, or in another currency, has no difference.
    [
      'before: $1.00',
      [OLD, of('a', 'ana', dollars(1, '11-10T00:00'), dollars(3, '11-20T00:00', { unpriced: true }))],
    ],
    [
      'before: unpriced',
      [OLD, of('a', 'ana', dollars(1, '11-10T00:00', { unpriced: true }), dollars(3, '11-20T00:00'))],
    ],
    [
      'before: ¥1.00',
      [OLD, of('a', 'ana', dollars(1, '11-10T00:00', { currency: 'CNY' }), dollars(3, '11-20T00:00'))],
    ],
    [
      '≈ +$2.00, +200%',
      [OLD, of('a', 'ana', dollars(1, '11-10T00:00', { inexact: 'aborted' }), dollars(3, '11-20T00:00'))],
    ],
    [
      '+¥2.00, +200%',
      [
        OLD,
        of(
          'a',
          'ana',
          dollars(1, '11-10T00:00', { currency: 'CNY' }),
          dollars(3, '11-20T00:00', { currency: 'CNY' }),
        ),
      ],
    ],
  ])('%s', (words, sessions) => {
    expect(against(...sessions)).toBe(words);
  });

  test('of counts', () => {
    const { change } = made([OLD, of('a', 'ana', dollars(1, '11-10T00:00'))]);
    const count = (last: number, before: number): string => countChange(last, before, change as SiteChange);
    expect([count(12, 10), count(5, 10), count(7, 7), count(1001, 1000), count(3, 0), count(0, 0)]).toEqual([
      '7 days: 12, +20%',
      '7 days: 5, −50%',
      '7 days: 7, no change',
      '7 days: 1,001, <1% more',
      '7 days: 3, none before',
      '7 days: 0, none before',
    ]);
    expect(costChange(change as SiteChange)).toBe('7 days: none, −$1.00, −100%');
  });
});

describe('one sentence names the cause', () => {
  test('a session, with links to both weeks and to it', () => {
    const { words, links } = made([
      OLD,
      of('a', 'ana', dollars(1, '11-10T00:00'), dollars(2, '11-20T00:00')),
      of('dear', 'bo', dollars(3, '11-15T00:00'), dollars(2, '11-16T00:00')),
    ]);
    expect(words).toBe('$7.00 in the last 7 days, $1.00 in the 7 before: $5.00 of it in one session, dear.');
    expect(links).toEqual([
      '$7.00 → ./sessions/index.html#from=2026-11-14&to=2026-11-20&sort=cost',
      '$1.00 → ./sessions/index.html#from=2026-11-07&to=2026-11-13&sort=cost',
      'dear → ./sessions/dear.html',
    ]);
  });

  test('a session that is half of the difference, but not one that is less', () => {
    const others = ['x', 'y', 'z'].map((id) => of(id, id, dollars(1, '11-15T00:00')));
    const before = of('before', 'w', dollars(1, '11-10T00:00'));
    const half = made([OLD, before, ...others, of('dear', 'v', dollars(2, '11-15T00:00'))]);
    expect(half.words).toBe(
      '$5.00 in the last 7 days, $1.00 in the 7 before: $2.00 of it in one session, dear.',
    );
    const less = made([OLD, before, ...others, of('dear', 'v', dollars(1.9, '11-15T00:00'))]);
    expect(less.words).toBe('$4.90 in the last 7 days, $1.00 in the 7 before.');
  });

  test('a consumer, or else a model, of which there are several', () => {
    const many = (consumer: (i: number) => string, model: (i: number) => string): QuickSession[] =>
      Array.from({ length: 9 }, (_, i) =>
        of(`s${i}`, consumer(i), dollars(1, '11-15T00:00', { model: model(i) })),
      );
    const before = of('before', 'cron', dollars(2, '11-10T00:00', { model: 'm1' }));
    const { words, links } = made([
      OLD,
      before,
      ...many(
        (i) => (i < 6 ? 'cron' : `c${i}`),
        (i) => `m${i}`,
      ),
    ]);
    expect(words).toBe(
      '$9.00 in the last 7 days, $2.00 in the 7 before: $6.00 of it for cron, $2.00 before.',
    );
    expect(links.at(-1)).toBe(
      'cron → ./sessions/index.html#from=2026-11-14&to=2026-11-20&consumer=cron&sort=cost',
    );
    const byModel = made([
      OLD,
      before,
      ...many(
        (i) => `c${i}`,
        (i) => (i < 6 ? 'm1' : `m${i}`),
      ),
    ]);
    expect(byModel.words).toContain(': $6.00 of it with m1, $2.00 before.');
    const one = made([
      of('old', 'cron', dollars(1, '10-01T00:00')),
      before,
      ...many(
        () => 'cron',
        (i) => `m${i}`,
      ),
    ]);
    expect(one.words).toBe('$9.00 in the last 7 days, $2.00 in the 7 before.');
  });

  test('what is less than before', () => {
    const { words, links } = made([
      OLD,
      of('dear', 'bo', dollars(5, '11-10T00:00')),
      of('a', 'ana', dollars(1, '11-10T00:00'), dollars(1, '11-20T00:00')),
    ]);
    expect(words).toBe(
      '$1.00 in the last 7 days, $6.00 in the 7 before: $5.00 of that in one session, dear.',
    );
    expect(links.at(-1)).toBe('dear → ./sessions/dear.html');
  });

  test('no cause that is not certain: with unpriced rounds, other currencies, or less than both weeks', () => {
    const dear = of('dear', 'bo', dollars(5, '11-15T00:00'));
    const before = dollars(1, '11-10T00:00');
    const unpriced = of('u', 'ana', before, dollars(1, '11-15T00:00', { unpriced: true }));
    // A session is a part of what is known.
    expect(made([OLD, dear, unpriced]).words).toBe(
      '$5.00 + 1 unpriced in the last 7 days, $1.00 in the 7 before: $5.00 of it in one session, dear.',
    );
    const many = Array.from({ length: 9 }, (_, i) => of(`s${i}`, 'cron', dollars(1, '11-15T00:00')));
    expect(made([OLD, ...many, unpriced]).words).toBe(
      '$9.00 + 1 unpriced in the last 7 days, $1.00 in the 7 before.',
    );
    const yuan = of('y', 'ana', before, dollars(1, '11-15T00:00', { currency: 'CNY' }));
    expect(made([OLD, dear, yuan]).words).toBe('$5.00 + ¥1.00 in the last 7 days, $1.00 in the 7 before.');
    expect(made([dear, of('a', 'ana', before)]).words).toBe(
      '$5.00 in the last 7 days, $1.00 before, since 10 Nov 2026.',
    );
    expect(made([dear]).words).toBe('$5.00 in the last 7 days; the store begins on 15 Nov 2026.');
    expect(made([OLD, of('a', 'ana', before)]).words).toContain(
      'nothing in the last 7 days, $1.00 in the 7 before: ',
    );
  });
});

test('what is remembered of a day is the same whatever the order, and does not forget a session that grows', () => {
  const sessions = Array.from({ length: 8 }, (_, i) =>
    of(`s${i}`, 'ana', dollars(1 + (i % 4), '11-15T00:00')),
  );
  const grow = of('s0', 'ana', dollars(4, '11-15T00:20'));
  const [entries, [more]] = [entriesOf(sessions), entriesOf([grow])];
  const whole = new Recent(DAY, local, new DimensionSums([]));
  for (const { id, usage } of entriesOf([
    ...sessions.slice(1),
    of('s0', 'ana', dollars(1, '11-15T00:00'), dollars(4, '11-15T00:20')),
  ]).toReversed())
    whole.add(id, [], usage);
  const carried = new Recent(DAY, local, new DimensionSums([]));
  for (const { id, usage } of entries) carried.add(id, [], usage);
  carried.add('s0', entries[0]?.usage ?? [], more?.usage ?? []);
  expect(carried.sessions.get('2026-11-15')?.map(({ id }) => id)).toEqual(['s0', 's3', 's7']);
  expect(carried.sessions).toEqual(whole.sessions);
  expect(carried.consumers).toEqual(whole.consumers);
  const later = new Recent('2026-11-28', local, new DimensionSums([]));
  later.restore(rememberedOf(carried));
  expect([...later.sessions.keys()]).toEqual(['2026-11-15']);
  const last = new Recent('2026-11-29', local, new DimensionSums([]));
  last.restore(rememberedOf(carried));
  expect([last.sessions.size, last.begun.size]).toEqual([0, 0]);
  expect([...last.consumers.keys()]).toEqual(['2026-11-15ana']);
  const gone = new Recent('2026-12-15', local, new DimensionSums([]));
  gone.restore(rememberedOf(carried));
  expect(gone.consumers.size).toBe(0);
});

test('the cost of the last 7 days leads to its sessions, if there are any', () => {
  const entries = entriesOf([OLD, of('a', 'ana', { ...dollars(1, '11-20T00:00'), model: 'new' })]);
  const recent = new Recent(DAY, local, new DimensionSums([]));
  for (const { id, usage } of entries) recent.add(id, [], usage);
  const totals = siteTotals(sumSessions(entries, local));
  const site = { local, colours: modelColours(new Map()), texts: en } as unknown as SiteContext;
  const { rows } = modelTable(
    'models.html',
    totals,
    9,
    { day: DAY, change: changeUpTo(DAY, totals, recent), sentTo: '' },
    site,
  );
  expect(rows.map(({ name, change }) => [name, change?.text, change?.href])).toEqual([
    ['gpt-5', 'none', ''],
    ['new', '$1.00', './sessions/index.html#model=new&from=2026-11-14&to=2026-11-20&sort=cost'],
  ]);
  const cell = renderTemplate('change-cell', { ...rows[0]?.change });
  expect(cell).toContain('<span class="faint">none</span>');
  expect(cell).not.toContain('<a ');
});
