import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { RoundMoney } from '../../src/pricing/round-money.ts';
import { sumOfCells, type Row } from '../../src/query/aggregate.ts';
import { cellOfRound } from '../../src/query/round-money.ts';
import { costView, drawnCurrency } from '../../src/site/cost-view.ts';
import type { SessionDataRow } from '../../src/site/lists/session-data.ts';
import { siteSession } from '../../src/site/shown-session.ts';
import type { UsageCell } from '../../src/model/usage-cell.ts';
import { run } from '../cli/run.ts';
import { cell, round, usd } from '../report/make.ts';
import { makeFolder, render, sharedFolder, type Made } from './make.ts';
import { MIXED, moneyStore, talkOf } from './money-store.ts';
import { entriesOf, storeQuickly } from './quick-store.ts';

function sumOf(...cells: Partial<UsageCell>[]): Row {
  return sumOfCells(cells.map((rest) => cell('2026-02-01T09:00Z', 'm', rest)));
}

describe('a cost', () => {
  test('is told by currency, with a mark and reasons where it may be wrong', () => {
    const cny = { cost: usd(8.4), currency: 'CNY' };
    expect(costView(sumOf({ cost: usd(1.2) }))).toMatchObject({
      text: '$1.20',
      exact: '$1.200000',
      missing: '',
      bounds: null,
    });
    expect(costView(sumOf({ cost: usd(1.2) }, cny, { price: 'unpriced' }))).toMatchObject({
      text: '$1.20 + ¥8.40',
      exact: '$1.200000 + ¥8.400000',
      missing: '+ 1 unpriced',
    });
    expect(costView(sumOf(cny)).text).toBe('¥8.40');
    const bounded = costView(sumOf({ cost: usd(1.2), inexact: 'aborted' }, cny));
    expect(bounded).toMatchObject({
      text: '≥ $1.20 + ¥8.40',
      exact:
        '≥ $1.200000 + ¥8.400000\n≥ 1 round may have cost more than its $1.2000\n  1 × the stream ended before its last token count',
      bounds: {
        heads: ['≥ 1 round may have cost more than its $1.2000'],
        reasons: ['1 × the stream ended before its last token count'],
      },
    });
    expect(costView(sumOf({ cost: usd(1), inexact: 'price-upper' })).text).toBe('≤ $1.00');
    expect(costView(sumOf({ cost: usd(1), inexact: 'price-unverified' })).text).toBe('≈ $1.00');
  });

  test('is told in the currency that was asked for, and what has no rate beside it', () => {
    const converted = { to: 'CNY', currency: 'CNY', cost: usd(7), saved: 0n };
    const row = sumOf(
      { cost: usd(1), converted },
      { cost: usd(3), currency: 'SGD', converted: { ...converted, currency: 'SGD', cost: usd(3) } },
    );
    expect(costView(row).text).toBe('¥7.00 + SGD 3.00');
    expect(drawnCurrency(row)).toEqual({ currency: 'CNY', sign: '¥', leftOut: 'SGD 3.00' });
  });

  test('of rounds is what the index says of them', () => {
    const costing = (rest: Partial<RoundMoney>): UsageCell => {
      const money: RoundMoney = { price: 1, cost: usd(2), saved: 0n, currency: 'USD', inexact: [], ...rest };
      return cellOfRound(round(1).stored, money);
    };
    const cells = [
      costing({}),
      costing({ currency: 'CNY', inexact: ['aborted', 'search-fee'] }),
      costing({ price: 'unpriced', cost: null }),
      costing({ price: 'no-usage', cost: null, inexact: ['usage-unlogged'] }),
    ];
    const view = costView(sumOfCells(cells), 4);
    expect([view.text, view.missing, view.bounds?.heads]).toEqual([
      '≥ $2.0000 + ¥2.0000',
      '+ 1 unpriced',
      ['≥ 2 rounds may have cost more than their ¥2.0000'],
    ]);
  });

  test('is drawn in USD, if any is known, else in the currency of most rounds', () => {
    const cny = { cost: usd(1), currency: 'CNY', rounds: 2 };
    const eur = { cost: usd(900), currency: 'EUR', rounds: 1 };
    expect(drawnCurrency(sumOf({ cost: usd(1) }, cny))).toEqual({
      currency: 'USD',
      sign: '$',
      leftOut: '¥1.00',
    });
    expect(drawnCurrency(sumOf(eur, cny, { price: 'free' }))).toEqual({
      currency: 'CNY',
      sign: '¥',
      leftOut: '€900.00',
    });
    expect(drawnCurrency(sumOf({ price: 'unpriced' }))).toEqual({ currency: 'USD', sign: '$', leftOut: '' });
  });
});

test('a session’s mark changes with what its costs are in and how they may be wrong', () => {
  const round = { at: 0, model: 'm', input: 1, cached: 0, output: 0 };
  const keyOf = (rest: { currency?: string; inexact?: string }): string => {
    const [entry] = entriesOf([{ id: 's', title: '', consumer: '', rounds: [{ ...round, ...rest }] }]);
    if (!entry) throw new Error('no entry');
    return siteSession(entry, { colours: { slotOf: () => 1 }, cut: null }).mark;
  };
  const keys = [{}, { currency: 'CNY' }, { inexact: 'aborted' }, { inexact: 'price-upper' }].map(keyOf);
  expect(new Set(keys).size).toBe(4);
});

/** The text of the first element that begins so; entities that the templates write are undone. */
function textOf(html: string, start: string, end: string): string {
  const from = html.indexOf(start);
  if (from < 0) throw new Error(`no ${start}`);
  const inner = html.slice(from + start.length, html.indexOf(end, from + start.length));
  return inner
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>');
}

function allTexts(html: string, pattern: RegExp): string[] {
  return [...html.matchAll(pattern)].map(([, text = '']) => text.replaceAll(/<[^>]*>/g, '').trim());
}

describe('a store of several currencies, wrong in both directions', () => {
  const folder = sharedFolder();
  const made = { dataDir: '', siteDir: join(folder, 'site') };
  const read = (path: string): string => readFileSync(join(made.siteDir, path), 'utf8');

  beforeAll(async () => {
    made.dataDir = await moneyStore(folder, MIXED);
    await render(made);
  });

  test('the overview adds no currencies, marks its costs and says why', () => {
    const html = read('index.html');
    const tile = html.slice(html.indexOf('<div class="figure cost">'), html.indexOf('</dl>'));
    expect(textOf(tile, '<span class="value"', '</span>')).toContain('≈ $14.00 + ¥31.20');
    expect(tile).toContain(
      'title="≈ $14.000000 + ¥31.200000\n≥ 3 rounds may have cost more than their $2.0000 + ¥10.4000\n',
    );
    expect(tile).toContain('+ 2 unpriced rounds');
    expect(allTexts(html, /<div class="note bounds">(.*)<\/div>/g)).toEqual([
      '≥ 3 rounds may have cost more than their $2.0000 + ¥10.4000' +
        '≤ 1 round may have cost less than its $2.0000' +
        '2 × the fee for web searches is not in the log' +
        '1 × the log does not say what was cached' +
        '1 × the price is the highest of several that may apply',
    ]);
    expect(html).toContain('The columns show USD; ¥31.20 is left out.');
    expect(html).toContain('“≥”, “≤”, “≈”: the cost is at least, at most, or about this');
    const list = './sessions/index.html#from&#x3D;2026-02-01&amp;to&#x3D;2026-02-01';
    expect(
      textOf(
        html,
        `<a class="column" href="./dates/2026-02-01.html" data-list="${list}"><title>1 Feb 2026`,
        '</title>',
      ),
    ).toBe(
      [
        ': ≈ $14.00 + ¥31.20 + 2 unpriced',
        'test-usd: $10.00',
        'claude-test: ≥ $2.00',
        'upper-usd: ≤ $2.00',
        'test-cny: ¥20.80',
        'lower-cny: ≥ ¥10.40',
      ].join('\n'),
    );
    expect(textOf(html, '<text class="peak"', '</text>')).toMatch(/>≈ \$14\.00 \+$/);
    expect(html).toMatch(/<td class="num" title="≥ \$2\.000000\n[^"]*">≥ \$2\.00<\/td>/);
  });

  test('shares are of costs in one currency', () => {
    const html = read('models.html');
    expect(allTexts(html, /<td class="num cost"[^>]*>(.*?)<\/td>/g)).toEqual([
      '$10.00',
      '≥ $2.00',
      '≤ $2.00',
      '¥20.80',
      '≥ ¥10.40',
      'unpriced',
      '≈ $14.00 + ¥31.20',
    ]);
    expect(allTexts(html, /<td class="share of-cost">(.*?)<\/td>/g)).toEqual([
      '71% of $',
      '14% of $',
      '14% of $',
      '67% of ¥',
      '33% of ¥',
      'unknown',
      '+ 2 rounds',
    ]);
    expect(html).toContain('A share of cost compares costs in the same currency');
    const consumers = read('consumers.html');
    expect(allTexts(consumers, /<td class="share of-cost">(.*?)<\/td>/g)).toEqual(['–', '+ 2 rounds']);
    expect(consumers).toContain('<div class="note bounds">');
    expect(read('dates.html')).toContain('<div class="note bounds">');
  });

  test('the list says each session’s currencies, and the browser gets each on its own', () => {
    const html = read('sessions/index.html');
    expect(allTexts(html, /<td class="num cost" title="[^"]*">(.*?)<\/td>/g)).toEqual([
      '≥ $2.00',
      'unpriced',
      '≈ $4.00 + ¥5.20+ 1 unpriced',
      '≥ ¥5.20',
      '$2.00',
      '¥20.80',
      '$6.00',
      '',
    ]);
    const script = read('sessions/2026-02/1.js');
    const json = script.slice(script.indexOf('['), script.lastIndexOf(')'));
    const rows: SessionDataRow[] = JSON.parse(json);
    const reasonOf = (row: SessionDataRow): string[] =>
      row[16].split('\n').filter((line) => line.startsWith(' '));
    expect(rows.map((row) => [row[2], row[13], ...reasonOf(row).map((line) => line.trim())])).toEqual([
      ['usd-dear', [['USD', 6]]],
      ['cny-dear', [['CNY', 20.8]]],
      ['usd-cheap', [['USD', 2]]],
      ['cny-cheap', [['CNY', 5.2]], '1 × the fee for web searches is not in the log'],
      [
        'mixed',
        [
          ['USD', 4],
          ['CNY', 5.2],
        ],
        '1 × the price is the highest of several that may apply',
        '1 × the fee for web searches is not in the log',
      ],
      ['unpriced', null],
      ['cache-unknown', [['USD', 2]], '1 × the log does not say what was cached'],
    ]);
    const [, , , cheap] = rows;
    expect(cheap?.[16].split('\n').slice(0, 2)).toEqual([
      '≥ ¥5.200000',
      '≥ 1 round may have cost more than its ¥5.2000',
    ]);
  });

  test('a session’s page says it of its sum, its bars and its rounds, and each reason once', () => {
    const html = read('sessions/mixed.html');
    expect(textOf(html, '<dt>Cost</dt><dd><span class="value"', '</span>')).toContain('≈ $4.00 + ¥5.20');
    expect(allTexts(html, /<div class="note bounds">(.*)<\/div>/g)).toEqual([
      '≥ 1 round may have cost more than its ¥5.2000' +
        '≤ 1 round may have cost less than its $2.0000' +
        '1 × the price is the highest of several that may apply' +
        '1 × the fee for web searches is not in the log',
    ]);
    expect(html).toContain(
      '<p class="meta">Costs are drawn in USD; ¥5.20 is left out. The log does not say how long these requests took</p>',
    );
    const titles = allTexts(html, /<title>(#[^<]*)<\/title>/g).map((title) =>
      title.replace(/^.*out, |, duration not in the log/g, ''),
    );
    expect(titles).toEqual([
      '$2.0000',
      '≥ ¥5.2000\n≥ 1 round may have cost more than its ¥5.2000\n1 × the fee for web searches is not in the log',
      '≤ $2.0000\n≤ 1 round may have cost less than its $2.0000\n1 × the price is the highest of several that may apply',
      'unpriced',
    ]);
    const heads = allTexts(html, /<div class="round-head">[^]*?<span class="right">([^]*?)<\/div>/g);
    expect(heads).toEqual(['$2.0000', '≥ ¥5.2000', '≤ $2.0000', 'unpriced']);
    expect(allTexts(html, /<span class="role">Note<\/span><p>(.*)<\/p>/g)).toEqual([
      'search fee The fee for web searches is not in the log: the cost is a lower bound.',
      'price upper The price is the highest of several that may apply: the cost is an upper bound.',
    ]);
    // The flag is the reason.
    expect(
      allTexts(read('sessions/cache-unknown.html'), /<span class="role">Note<\/span><p>(.*)<\/p>/g),
    ).toEqual(['cache unknown The log does not say what was cached: the cost is a lower bound.']);
  });

  test('the JSON has the keys of the commands', async () => {
    const stats = JSON.parse(read('api/stats.json'));
    expect(stats.total).toMatchObject({
      cost_usd: 14,
      costs: { USD: 14, CNY: 31.2 },
      cost_bound: 'either',
      lower_bound_rounds: 3,
      upper_bound_rounds: 1,
    });
    const { rounds } = JSON.parse(read('api/sessions/mixed.json'));
    expect(rounds[1]).toMatchObject({
      cost_usd: null,
      cost: 5.2,
      currency: 'CNY',
      cost_bound: 'lower',
      bound_reasons: ['search-fee'],
    });
  });
});

test('a store of one other currency is drawn in it, and its shares are plain', async () => {
  const folder = makeFolder();
  const made = {
    dataDir: await moneyStore(folder, { a: talkOf('test-cny'), b: talkOf('test-cny', 'lower-cny') }),
    siteDir: join(folder, 'site'),
  };
  await render(made);
  const html = readFileSync(join(made.siteDir, 'index.html'), 'utf8');
  expect(html).not.toContain('$');
  expect(html).toContain('≥ ¥15.60');
  expect(html).toContain('≥ ¥7.80 a session');
  expect(html).not.toContain('The columns show');
  expect(allTexts(html, /<td class="share of-cost">(.*?)<\/td>/g)).toEqual(['67%', '33%', '']);
  expect(allTexts(html, /<text x="\d+" y="[\d.]+" text-anchor="end">(.*?)<\/text>/g)).toContain('¥15');
  const session = readFileSync(join(made.siteDir, 'sessions/b.html'), 'utf8');
  expect(session).toMatch(/<text x="\d+" y="\d+" class="end">¥8\.00<\/text>/);
  expect(session).not.toContain('Costs are drawn');
});

test('a store that is exact and in USD says nothing of marks and currencies', async () => {
  const folder = makeFolder();
  const made = {
    dataDir: await moneyStore(folder, {
      a: talkOf('test-usd', 'test-usd', 'no-price', 'claude-free'),
    }),
    siteDir: join(folder, 'site'),
  };
  await render(made);
  for (const path of [
    'index.html',
    'models.html',
    'dates.html',
    'consumers.html',
    'sessions/index.html',
    'sessions/a.html',
  ]) {
    expect(readFileSync(join(made.siteDir, path), 'utf8'), path).not.toMatch(
      /[≥≤≈]|bounds|The columns show|drawn in|mixed/,
    );
  }
  // It is free: what the log does not say changes nothing.
  const session = readFileSync(join(made.siteDir, 'sessions/a.html'), 'utf8');
  expect(allTexts(session, /<span class="role">Note<\/span><p>(.*)<\/p>/g)).toEqual([
    'cache unknown The log does not say what was cached.',
  ]);
});

test('a price that is found out to be a bound writes the pages again, though no amount is another', async () => {
  const folder = makeFolder();
  const made: Made = {
    dataDir: await moneyStore(folder, { a: talkOf('test-usd') }),
    siteDir: join(folder, 'site'),
  };
  await render(made);
  const before = readFileSync(join(made.siteDir, 'sessions/a.html'), 'utf8');
  const prices = join(folder, 'prices.json');
  const text = readFileSync(prices, 'utf8');
  writeFileSync(prices, text.replace('"match":"test-usd"', '"match":"test-usd","inexact":"upper"'));
  const refresh = ['prices', '--refresh', '--yes', '--data-dir', made.dataDir, '--prices', prices];
  const ran = await run(refresh);
  expect(ran.code, ran.err).toBe(0);
  await render(made);
  const after = readFileSync(join(made.siteDir, 'sessions/a.html'), 'utf8');
  expect([before.includes('≤ $2.0000'), after.includes('≤ $2.0000')]).toEqual([false, true]);
  const anew = join(folder, 'anew');
  await render({ ...made, siteDir: anew });
  for (const path of ['index.html', 'api/stats.json', 'api/sessions/a.json', 'sessions/2026-02/1.js'])
    expect(readFileSync(join(made.siteDir, path), 'utf8'), path).toBe(readFileSync(join(anew, path), 'utf8'));
});

test('a day with unpriced rounds only is unpriced, in the chart as in its table; it is never $0', async () => {
  const folder = makeFolder();
  const made = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
  const round = { model: 'm', input: 1_000_000, cached: 0, output: 0 };
  const at = (day: number): number => Date.parse(`2026-02-0${day}T00:00:00Z`);
  const rounds = [
    { ...round, at: at(1), unpriced: true as const },
    { ...round, at: at(2) },
    { ...round, at: at(2) + 1000, unpriced: true as const },
  ];
  storeQuickly(made.dataDir, [{ id: 's', title: null, consumer: '', rounds }]);
  await render(made);
  const html = readFileSync(join(made.siteDir, 'index.html'), 'utf8');
  const titles = [...html.matchAll(/<title>(\d Feb 2026: [^\n<]*)/g)].map(([, title]) => title);
  expect(titles).toEqual(expect.arrayContaining(['1 Feb 2026: unpriced', '2 Feb 2026: $2.00 + 1 unpriced']));
  expect(html).not.toContain('+ unpriced');
});
