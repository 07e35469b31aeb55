import { cleanLine } from '../platform/clean-text.ts';
import { moneyText, type Decimal } from '../pricing/money.ts';
import type { PriceAge } from '../pricing/price-age.ts';
import { pricesAt, type PriceSchedule, type Prices } from '../pricing/schedule.ts';
import { tokensOf } from '../query/aggregate.ts';
import { exact, plural } from '../query/count-text.ts';
import type { EntryUse, ModelUse, PriceUse } from '../query/price-use.ts';
import { priceAgeText } from './price-age-text.ts';
import { priceFileText, type PriceFileReport } from './price-file-text.ts';
import { drawTable, frame, type Column, type Screen } from './tables.ts';
import { wrap } from './terminal.ts';

/** `prices`: the price file, the models without a price, then the price book. `now`: for the price in force. */
export function pricesTable(
  file: PriceFileReport | null,
  use: PriceUse,
  knownNow: ReadonlyMap<string, string>,
  now: number,
  builtIn: readonly PriceAge[],
  screen: Screen,
): string {
  const wrapped = (line: string): string[] => wrap(line, screen.width, 100).lines;
  const { unpriced, entries } = use;
  const rounds = unpriced.reduce((sum, one) => sum + one.rounds, 0);
  const first =
    unpriced.length === 0
      ? []
      : [
          screen.colour.bold(`Unpriced: ${plural(rounds, 'round')} of ${plural(unpriced.length, 'model')}`),
          ...drawTable({ columns: unpricedColumns(knownNow), rows: unpriced }, screen),
          '',
          ...adviceFor(unpriced, knownNow).flatMap(wrapped),
          '',
        ];
  const book =
    entries.length === 0
      ? ['No prices yet: parse adds the price of a model with its first round.'].flatMap(wrapped)
      : drawTable({ columns: entryColumns(now), rows: entries }, screen);
  const age = priceAgeText(builtIn);
  const last = age === undefined ? [] : ['', ...wrapped(age)];
  const lines = [...wrapped(priceFileText(file)), '', ...first, ...book, ...last];
  const isInUsd = entries.every(({ entry }) =>
    entry.schedule.prices.every(({ currency }) => currency === undefined),
  );
  return frame(`💲 Prices (${isInUsd ? 'USD ' : ''}per 1M tokens)`, lines, screen);
}

function adviceFor(unpriced: readonly ModelUse[], knownNow: ReadonlyMap<string, string>): string[] {
  const known = unpriced.filter(({ model }) => knownNow.has(model)).length;
  const unknown = unpriced.length - known;
  return [
    ...(known > 0
      ? [
          `${known === 1 ? 'One of these models has' : 'Some of these models have'} a price now: run monitor prices --refresh to price the stored rounds.`,
        ]
      : []),
    ...(unknown > 0
      ? [
          'monitor prices <model> shows where a price was looked for. Add one in a price file (--prices); --refresh then prices the stored rounds.',
        ]
      : []),
  ];
}

function unpricedColumns(knownNow: ReadonlyMap<string, string>): Column<ModelUse>[] {
  return [
    { head: 'Model', align: 'left', flexible: true, cell: ({ model }) => cleanLine(model) },
    { head: 'Rounds', align: 'right', rank: 3, cell: ({ rounds }) => exact(rounds) },
    { head: 'Tokens', align: 'right', rank: 4, cell: (one) => exact(tokensOf(one)) },
    {
      head: 'Price now',
      align: 'left',
      rank: 2,
      cell: ({ model }) => cleanLine(knownNow.get(model) ?? 'none'),
      flexible: true,
    },
  ];
}

function entryColumns(now: number): Column<EntryUse>[] {
  const inForce = (use: EntryUse): Prices | undefined => pricesAt(use.entry.schedule, now);
  const rate = (
    head: string,
    key: 'input' | 'output' | 'cache_read' | 'cache_write',
    rank: number,
  ): Column<EntryUse> => ({
    head,
    align: 'right',
    rank,
    cell: (use) => rateText(inForce(use), key),
  });
  return [
    { head: 'Model', align: 'left', flexible: true, cell: ({ model }) => cleanLine(model) },
    { head: 'Rounds', align: 'right', rank: 5, cell: ({ rounds }) => exact(rounds) },
    rate('Input', 'input', 9),
    rate('Output', 'output', 8),
    rate('Cached', 'cache_read', 6),
    rate('Written', 'cache_write', 2),
    {
      head: 'Varies by',
      align: 'left',
      rank: 1,
      cell: ({ entry }) => variesBy(entry.schedule),
    },
    {
      head: 'Since',
      align: 'left',
      rank: 4,
      cell: (use) => inForce(use)?.from?.slice(0, 10) ?? '-',
    },
    { head: 'Source', align: 'left', rank: 3, flexible: true, cell: ({ entry }) => cleanLine(entry.source) },
  ];
}

function rateText(
  prices: Prices | undefined,
  key: 'input' | 'output' | 'cache_read' | 'cache_write',
): string {
  if (!prices) return 'none';
  if (prices.free) return 'free';
  const rate = prices[key];
  return rate === undefined ? '-' : symbolOf(prices.currency, '') + decimal(rate);
}

/** `$`, `¥`, `SGD `; `usd`: what to write for USD. */
function symbolOf(currency: string | undefined, usd = '$'): string {
  return currency === undefined ? usd : moneyText(0n, currency, 0).replace('0', '');
}

/** What makes two rounds of a model differ in price: their size, whether they reason, their date, their hour. */
function variesBy({ prices }: PriceSchedule): string {
  const kinds = [
    ...(prices.some(({ tiers }) => tiers) ? ['size'] : []),
    ...(prices.some(({ output_reasoning: reasoning }) => reasoning !== undefined) ? ['reasoning'] : []),
    ...(prices.some(({ from }) => from !== undefined) ? ['date'] : []),
    ...(prices.some(({ daily }) => daily) ? ['hour'] : []),
    ...(prices.some(({ service_tiers: tiers }) => tiers) ? ['service tier'] : []),
  ];
  return kinds.length === 0 ? '-' : kinds.join(', ');
}

/** Never `1e-7`; at most six decimals, as a table has no room for more. */
function decimal(rate: Decimal): string {
  const [whole = '', fraction = ''] = Number(rate).toFixed(6).split('.');
  const rest = fraction.replace(/0+$/, '');
  return rest === '' ? (whole === '0' && Number(rate) > 0 ? '<0.000001' : whole) : `${whole}.${rest}`;
}

const RATE_WORDS = [
  ['input', 'input'],
  ['output', 'output'],
  ['output_reasoning', 'output with reasoning'],
  ['cache_read', 'cache reads'],
  ['cache_write', 'cache writes'],
  ['cache_write_1h', '1-hour cache writes'],
  ['input_audio', 'audio input'],
  ['output_audio', 'audio output'],
  ['cache_read_audio', 'audio cache reads'],
  ['input_image', 'image input'],
  ['output_image', 'image output'],
  ['cache_read_image', 'image cache reads'],
] as const;

/** One price in words: `$1.6 input, $6.4 output`. */
export function priceWords(prices: Omit<Prices, 'tiers'>): string {
  if (prices.free) return 'free';
  const symbol = symbolOf(prices.currency);
  const words = RATE_WORDS.flatMap(([key, word]) => {
    const rate = prices[key];
    return rate === undefined ? [] : [`${symbol}${decimal(rate)} ${word}`];
  });
  const fee = (rate: Decimal | undefined, what: string): string[] =>
    rate === undefined ? [] : [`${symbol}${decimal(rate)} per 1,000 ${what}`];
  return [...words, ...fee(prices.requests, 'requests'), ...fee(prices.searches, 'searches')].join(', ');
}
