import { cleanLine } from '../platform/clean-text.ts';
import type { Resolution, ResolutionStep } from '../pricing/resolve.ts';
import { pricesAt, type Prices, type Hours, type Inexact, type Tier } from '../pricing/schedule.ts';
import { tokensOf } from '../query/aggregate.ts';
import { exact, plural } from '../query/count-text.ts';
import type { EntryUse, ModelUse, PriceUse } from '../query/price-use.ts';
import { priceWords } from './prices-text.ts';
import { priceJson, scheduledJson } from './prices-json.ts';
import type { Screen } from './tables.ts';
import { padEnd, widthOf, wrap } from './terminal.ts';

/** How the name of a model was resolved, and its use in the store. */
export interface PriceAnswer {
  model: string;
  steps: readonly ResolutionStep[];
  resolution: Resolution | undefined;
  /** Undefined: there is no store. */
  use: PriceUse | undefined;
}

/** `prices <model>`. */
export function priceStepsText(answer: PriceAnswer, now: number, screen: Screen): string {
  const { colour } = screen;
  const lines = [
    colour.bold(cleanLine(answer.model)),
    ...stepLines(answer.steps, screen),
    '',
    ...priceLines(answer, now, screen),
    ...sourceLines(answer.steps, screen),
    ...storeLines(answer, screen),
  ];
  return `${lines.join('\n')}\n`;
}

function stepLines(steps: readonly ResolutionStep[], screen: Screen): string[] {
  if (steps.length === 0) {
    return ['  Not looked up: this is not a model name, or it is too long.'];
  }
  return steps.flatMap(({ tried, found, answer }, i) => [
    ...indented(`${i + 1}. ${cleanLine(tried)}`, 2, screen),
    ...indented(`${found ? '✓' : '✗'} ${cleanLine(longSources(answer)?.what ?? answer)}`, 5, screen).map(
      (line) => (found ? screen.colour.green(line) : screen.colour.dim(line)),
    ),
  ]);
}

/** A long list of sources, which would hide the price if it came first; undefined if it is short. */
function longSources(answer: string): { what: string; sources: string[] } | undefined {
  const [, what, sources] = answer.length > 200 ? (/^([^(]+) \((.+)\)$/.exec(answer) ?? []) : [];
  return what === undefined || sources === undefined
    ? undefined
    : { what, sources: sources.split(/(?<=seen [\d-]{10}); /) };
}

function sourceLines(steps: readonly ResolutionStep[], screen: Screen): string[] {
  const sources = steps.flatMap(({ found, answer }) => (found ? (longSources(answer)?.sources ?? []) : []));
  return sources.length === 0
    ? []
    : ['', 'Sources:', ...sources.flatMap((source) => indented(cleanLine(source), 2, screen))];
}

function priceLines({ resolution, steps }: PriceAnswer, now: number, screen: Screen): string[] {
  if (!resolution) {
    return steps.length === 0
      ? []
      : indented(
          'No price list knows this model, so it is unpriced. A price file (--prices) can add a price.',
          0,
          screen,
        );
  }
  const inForce = pricesAt(resolution.schedule, now);
  return [
    `Price (${resolution.schedule.prices.every(({ currency }) => currency === undefined) ? 'USD ' : ''}per 1M tokens):`,
    ...resolution.schedule.prices.flatMap((prices) => scheduleLines(prices, prices === inForce, screen)),
  ];
}

function scheduleLines(prices: Prices, isInForce: boolean, screen: Screen): string[] {
  const own = prices.currency === undefined ? {} : { currency: prices.currency };
  const when = [
    ...(prices.from === undefined ? [] : [`from ${prices.from}`]),
    ...(prices.daily ? [hoursText(prices.daily)] : []),
  ];
  const notes = [
    ...(isInForce ? ['in force now'] : []),
    ...(prices.inexact === undefined ? [] : [INEXACT_WORDS[prices.inexact]]),
  ];
  const head = [...when, ...notes].join(', ');
  return [
    ...indented(`${priceWords(prices)}${head === '' ? '' : ` (${head})`}`, 2, screen),
    ...tierLines(prices.tiers, 4, prices.currency, screen),
    ...Object.entries(prices.service_tiers ?? {}).flatMap(([name, tier]) => [
      ...indented(`service tier ${cleanLine(name)}: ${priceWords({ ...tier, ...own })}`, 4, screen),
      ...tierLines(tier.tiers, 6, prices.currency, screen),
    ]),
  ];
}

function tierLines(
  tiers: readonly Tier[] | undefined,
  indent: number,
  currency: string | undefined,
  screen: Screen,
): string[] {
  const own = currency === undefined ? {} : { currency };
  return (tiers ?? []).flatMap((tier) =>
    indented(`above ${exact(tier.above)} input tokens: ${priceWords({ ...tier, ...own })}`, indent, screen),
  );
}

const INEXACT_WORDS: Readonly<Record<Inexact, string>> = {
  'search-fee': 'web searches are charged on top',
  unverified: 'not verified',
  upper: 'the highest of several prices that may apply',
  lower: 'excludes a charge that the log does not count',
};

const WEEKDAYS = ['', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

/** `from 09:00 to 12:00 +08:00 on Mon, Tue` */
function hoursText({ start, end, weekdays, utc_offset: offset = 'UTC' }: Hours): string {
  const days = weekdays ? ` on ${weekdays.map((day) => WEEKDAYS[day]).join(', ')}` : '';
  return `from ${start} to ${end} ${offset}${days}`;
}

function storeLines({ model, use, resolution }: PriceAnswer, screen: Screen): string[] {
  if (!use) return [];
  const entries = use.entries.filter((entry) => entry.model === model);
  const unpriced = use.unpriced.find((one) => one.model === model);
  if (entries.length === 0 && !unpriced) return ['', 'In this store: no rounds that need this price.'];
  const rows = [
    ...entries.map((entry) => entryRow(entry, resolution?.source)),
    ...(unpriced ? [unpricedRow(unpriced)] : []),
  ];
  const width = rows.reduce((max, [label]) => Math.max(max, widthOf(label)), 0);
  return [
    '',
    'In this store:',
    ...rows.flatMap(([label, text]) => indented(`${padEnd(label, width)}  ${text}`, 2, screen)),
  ];
}

/** Names the source of an entry if it is not today's. */
function entryRow(use: EntryUse, source: string | undefined): [string, string] {
  const { entry, rounds } = use;
  const other = entry.source === source ? '' : `, from ${cleanLine(entry.source)}`;
  return [`entry ${entry.entry}`, `${plural(rounds, 'round')}, ${plural(tokensOf(use), 'token')}${other}`];
}

function unpricedRow(one: ModelUse): [string, string] {
  return ['unpriced', `${plural(one.rounds, 'round')}, ${plural(tokensOf(one), 'token')}`];
}

function indented(text: string, indent: number, { width }: Screen): string[] {
  const pad = ' '.repeat(indent);
  return wrap(text, Math.max(20, width - indent), 100).lines.map((line) => pad + line);
}

/** `prices <model> --json`. */
export function priceStepsJson({ model, steps, resolution, use }: PriceAnswer, now: number): string {
  const inForce = resolution && pricesAt(resolution.schedule, now);
  const document = {
    version: 1,
    model,
    steps: steps.map(({ tried, found, answer }) => ({ tried, found, answer })),
    source: resolution?.source ?? null,
    in_force: inForce ? priceJson(inForce) : null,
    since: inForce?.from ?? null,
    schedule: resolution?.schedule.prices.map((prices) => scheduledJson(prices)) ?? [],
    priced_rounds: use?.entries.reduce((sum, one) => sum + (one.model === model ? one.rounds : 0), 0) ?? null,
    unpriced_rounds: use ? (use.unpriced.find((one) => one.model === model)?.rounds ?? 0) : null,
  };
  return `${JSON.stringify(document)}\n`;
}
