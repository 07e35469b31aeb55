import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { findNothingNew } from '../../src/site/nothing-new.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { run } from '../cli/run.ts';
import { contentsOf, filesOf, makeFolder, render, type Made } from './make.ts';
import { storeQuickly, type QuickRound } from './quick-store.ts';

/** Tuesday, noon in Shanghai. */
const NOW = Date.parse('2026-02-03T04:00:00Z');
const at = (time: string): number => Date.parse(`2026-${time}:00+08:00`);
/** Costs $2 for a million tokens. */
const used = (time: string, millions: number, rest: Partial<QuickRound> = {}): QuickRound => ({
  at: at(time),
  model: 'gpt-5',
  input: millions * 1_000_000,
  cached: 0,
  output: 0,
  ...rest,
});

function stored(...rounds: QuickRound[]): Made {
  const folder = makeFolder();
  const made = { dataDir: join(folder, 'store'), siteDir: join(folder, 'site') };
  storeQuickly(made.dataDir, [{ id: 's', title: 's', consumer: '', rounds }]);
  return made;
}

/** $6 in January, $2 of it in the week of 26 January; $10 on Sunday, $4 on Monday, $1 today. */
const spent = (...more: QuickRound[]): Made =>
  stored(
    used('01-25T23:59', 2),
    used('01-26T00:00', 1),
    used('02-01T10:00', 5),
    used('02-02T00:00', 2),
    used('02-03T00:00', 0.5),
    ...more,
  );

const overview = ({ siteDir }: Made): string => readFileSync(join(siteDir, 'index.html'), 'utf8');

/** The sentence, its address, and what the chart says of the budget: its line, or why there is none. */
function shown(made: Made): { sentence: string; href: string; isOver: boolean; line: string; note: string } {
  const page = overview(made);
  const [, over = '', html = ''] = /<p class="cause spent( over)?">(.*)<\/p>/.exec(page) ?? [];
  return {
    sentence: html.replaceAll(/<[^>]*>/g, ''),
    href: (/href="([^"]*)"/.exec(html)?.[1] ?? '').replaceAll('&#x3D;', '=').replaceAll('&amp;', '&'),
    isOver: over !== '',
    line: /<text class="budget"[^>]*>(.*?)<\/text>/.exec(page)?.[1] ?? '',
    note: /<p class="note left-out">(.*)<\/p>/.exec(page)?.[1] ?? '',
  };
}

const usd = (amount: string, per: 'day' | 'week' | 'month' | 'total') => ({
  budget: { amount, currency: 'USD', per },
});

test.each([
  [
    'day',
    '2',
    '$1.00 of the budget of $2 for 3 Feb 2026 is used (50%).',
    'from=2026-02-03&to=2026-02-03',
    'budget $2 a day',
  ],
  [
    'week',
    '70',
    '$5.00 of the budget of $70 for the week of 2 Feb 2026 is used (7.1%).',
    'from=2026-02-02&to=2026-02-08',
    'budget $70 a week: $10.00 a day',
  ],
  [
    'month',
    '300',
    '$15.00 of the budget of $300 for Feb 2026 is used (5%).',
    'from=2026-02-01&to=2026-02-28',
    'budget $300 a month: $10.71 a day',
  ],
  ['total', '21.5', '$21.00 of the budget of $21.50 in total is used (97.6%).', 'sort=cost&month=all', ''],
  ['total', '21', '$21.00 of the budget of $21 in total is used (100%).', 'sort=cost&month=all', ''],
] as const)('a budget by the %s', async (per, amount, sentence, query, line) => {
  const made = spent();
  await render(made, { now: NOW, ...usd(amount, per) });
  const found = shown(made);
  expect(found).toMatchObject({ sentence, isOver: false, line, note: '' });
  expect(found.href).toContain(query);
});

test('a budget is exceeded by more than all of it', async () => {
  const made = spent();
  await render(made, { now: NOW, ...usd('0.99', 'day') });
  expect(shown(made)).toMatchObject({
    sentence: '$1.00 of the budget of $0.99 for 3 Feb 2026 is used: it is exceeded (101%).',
    isOver: true,
  });
  await render(made, { now: NOW, ...usd('1', 'day') });
  expect(shown(made).isOver).toBe(false);
  await render(made, { now: NOW, ...usd('0', 'day') });
  expect(shown(made).sentence).toBe('$1.00 of the budget of $0 for 3 Feb 2026 is used: it is exceeded.');
});

test('what is not in the sum is named, and a cost that may be wrong is marked', async () => {
  const made = spent(
    used('02-03T01:00', 1, { unpriced: true, model: 'new' }),
    used('02-03T02:00', 1, { currency: 'CNY' }),
    used('02-03T03:00', 0, { inexact: 'aborted', output: 1 }),
  );
  await render(made, { now: NOW, ...usd('2', 'day') });
  expect(shown(made).sentence).toBe(
    '≥ $1.00 of the budget of $2 for 3 Feb 2026 is used (50%), without ¥2.00 and 1 unpriced round.',
  );
});

test('a budget in a currency that the chart does not have gets no line, and says so', async () => {
  const made = spent(used('02-03T02:00', 4, { currency: 'CNY' }));
  await render(made, { now: NOW, budget: { amount: '10', currency: 'CNY', per: 'day' } });
  expect(shown(made)).toMatchObject({
    sentence: '¥8.00 of the budget of ¥10 for 3 Feb 2026 is used (80%), without $1.00.',
    line: '',
    note: 'The columns show USD; ¥8.00 is left out. The budget is in CNY, so it has no line here.',
  });
  await render(made, { now: NOW, budget: { amount: '10', currency: 'EUR', per: 'day' } });
  expect(shown(made).sentence).toBe(
    'What is used of the budget of €10 for 3 Feb 2026 is not known, without $1.00 + ¥8.00.',
  );
});

test('with rates, a budget is of all costs', async () => {
  const made = spent(used('02-03T02:00', 4, { currency: 'CNY' }));
  const rates = { CNY: [{ from: '2026-01-01', per_usd: 8 }] };
  await render(made, {
    now: NOW,
    currencyOf: () => ({ to: 'CNY', rates }),
    budget: { amount: '20', per: 'day' },
  });
  expect(shown(made)).toMatchObject({
    sentence: '¥16.00 of the budget of ¥20 for 3 Feb 2026 is used (80%).',
    line: 'budget ¥20 a day',
  });
});

test('a level far above the columns would flatten them', async () => {
  const made = spent();
  await render(made, { now: NOW, ...usd('40', 'day') });
  expect(shown(made)).toMatchObject({ line: 'budget $40 a day', note: '' });
  await render(made, { now: NOW, ...usd('41', 'day') });
  expect(shown(made)).toMatchObject({ line: '', note: 'The columns are far below the budget $41 a day.' });
});

test('a day without rounds has used nothing of it, without a link to an empty list', async () => {
  const made = stored(used('02-02T00:00', 2));
  await render(made, { now: NOW, ...usd('2', 'day') });
  expect(shown(made)).toMatchObject({
    sentence: '$0.00 of the budget of $2 for 3 Feb 2026 is used (0%).',
    href: '',
  });
});

test('the site remembers it, also when nothing is new; another replaces it, and it can be taken away', async () => {
  const made = spent();
  const argv = ['render', '--data-dir', made.dataDir, '--site-dir', made.siteDir];
  await run(argv);
  expect(shown(made).sentence).toBe('');
  const plain = filesOf(made.siteDir);
  const changed = (): string[] =>
    [...filesOf(made.siteDir)]
      .filter(([path, { digest }]) => plain.get(path)?.digest !== digest)
      .map(([path]) => path);
  expect((await run([...argv, '--budget-usd', '30.5', '--per', 'total'])).code).toBe(0);
  expect(shown(made).sentence).toContain(' of the budget of $30.50 in total is used (68.8%)');
  expect(changed()).toEqual(['build.js', 'changes.js', 'index.html']);
  const before = filesOf(made.siteDir);
  expect((await run(argv)).out).toMatch(/^0 files written/);
  // Of sessions, not of the budget.
  await run([...argv, '--all-sessions']);
  expect(shown(made).sentence).toContain('$30.5');
  expect(filesOf(made.siteDir).get('index.html')?.digest).toBe(before.get('index.html')?.digest);
  expect((await run([...argv, '--budget', '40', '--currency', 'CNY'])).code).toBe(0);
  expect(shown(made).sentence).toContain(' of the budget of ¥40 for ');
  expect((await run([...argv, '--no-budget'])).code).toBe(0);
  expect(shown(made).sentence).toBe('');
});

test('a budget is new, also if the store is not', async () => {
  const made = spent();
  const zone = 'key';
  await render(made, { now: NOW, zone, ...usd('2', 'day') });
  const asked = { dataDirs: [made.dataDir], siteDir: made.siteDir, refresh: 30, now: NOW, zone };
  expect(findNothingNew(nodeFiles, asked)?.rendered).toBe(0);
  await render(made, { now: NOW, zone, ...usd('3', 'day') });
  expect(shown(made).sentence).toContain('$3');
  expect(findNothingNew(nodeFiles, asked)?.rendered).toBe(0);
  // The next day is another budget.
  await render(made, { now: NOW + 86_400_000, zone });
  expect(shown(made).sentence).toBe('$0.00 of the budget of $3 for 4 Feb 2026 is used (0%).');
});

test('a render that goes on shows what a first one does', async () => {
  const made = spent();
  await render(made, { now: NOW, ...usd('90', 'month') });
  for (const [i, time] of ['02-03T11:00', '02-01T12:00', '01-30T12:00'].entries()) {
    storeQuickly(made.dataDir, [{ id: `n${i}`, title: 'n', consumer: '', rounds: [used(time, 1)] }]);
    await render(made, { now: NOW });
    const siteDir = join(makeFolder(), 'site');
    await render({ ...made, siteDir }, { now: NOW, ...usd('90', 'month') });
    expect(contentsOf(made.siteDir), time).toEqual(contentsOf(siteDir));
  }
  expect(shown(made).sentence).toBe('$19.00 of the budget of $90 for Feb 2026 is used (21.1%).');
});

test.each([
  [['--per', 'day'], '--per needs a budget: --budget-usd 50, or --budget 300 --currency CNY'],
  [['--budget', '5'], '--budget needs a currency: add one, such as --currency CNY'],
  [['--budget', '5', '--budget-usd', '5'], '--budget-usd and --budget cannot be used together'],
  [['--no-budget', '--budget-usd', '5'], '--budget-usd and --no-budget cannot be used together'],
])('%j is wrong usage, and the site stays as it was', async (words, message) => {
  const made = spent();
  await render(made, { now: NOW, local: localTimeIn('UTC'), ...usd('2', 'day') });
  const before = filesOf(made.siteDir);
  const ran = await run(['render', '--data-dir', made.dataDir, '--site-dir', made.siteDir, ...words]);
  expect([ran.code, ran.out, ran.err]).toEqual([2, '', `monitor: ${message}\n`]);
  expect(filesOf(made.siteDir)).toEqual(before);
});
