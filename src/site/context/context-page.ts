import { exact, plural } from '../../platform/count-text.ts';
import { costsText, usdFirst } from '../../pricing/money.ts';
import { amountsOf, tokensOf, type Row } from '../../query/aggregate.ts';
import type { SiteChange } from '../change.ts';
import { percent, shortCount, shownCount } from '../format.ts';
import { layOut } from '../layout.ts';
import { listHref } from '../list-link.ts';
import { modelView, nameText } from '../model-view.ts';
import { hrefTo, sessionPath } from '../names.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';
import type { SiteTotals } from '../totals.ts';
import { contextByDay } from './context-days.ts';
import { grownBy } from './context-facts.ts';
import type { ContextSession, ContextSums, ContextTotals } from './context-sums.ts';

export const CONTEXT_PATH = 'context.html';

/** Models in the table. */
const MOST_MODELS = 100;

/** How much each request sends, how much of it caches hold, and the sessions in which that goes wrong. */
export function contextPage(
  sums: ContextSums,
  totals: SiteTotals,
  change: SiteChange | undefined,
  site: SiteContext,
): string {
  const known = sums.totals;
  const { missing, growing } = sums;
  const models = totals.models.filter(([, row]) => tokensOf(row) > 0);
  const body = renderTemplate('context', {
    lead: leadOf(totals.total, known),
    missing: missing.map((session) => missRow(session)),
    missesNote: missesNote(known, missing.length),
    noMisses:
      known.sessions === 0 ? 'No session has a page.' : 'No round that could be compared missed the cache.',
    growing: growing.map((session) => growthRow(session, largestOf(growing))),
    growthNote: growing.length < known.growing ? leftOut(growing.length, known.growing, 'that grew') : '',
    byDay: contextByDay(CONTEXT_PATH, totals),
    models: models.slice(0, MOST_MODELS).map(([model, row]) => ({
      ...inputRow(row, change?.models.get(model)?.last),
      name: nameText(model),
      square: modelView(model, false, site.colours),
      href: listHref(CONTEXT_PATH, { model: nameText(model), sort: 'cost' }),
    })),
    total: inputRow(totals.total, change?.last),
    hasChange: change !== undefined,
    moreModels:
      models.length > MOST_MODELS ? `and ${plural(models.length - MOST_MODELS, 'more model')}.` : '',
  });
  return layOut(
    { path: CONTEXT_PATH, title: 'Context', current: 'context', body, styles: ['health.css'] },
    site,
  );
}

function leadOf({ input, cached, rounds }: Row, { misses, tokens, costs, unpriced }: ContextTotals): string {
  const sentences = [
    `A request sends ${shortCount(Math.round(input / Math.max(1, rounds)))} tokens on average; caches held ${percent(cached, input)} of them.`,
    ...(misses === 0
      ? []
      : [
          `${plural(misses, 'round')} read ${shortCount(tokens)} fewer tokens from the cache than it held${costMore(costs)}${unpriced > 0 ? ` (without ${plural(unpriced, 'unpriced round')})` : ''}.`,
        ]),
  ];
  return sentences.join(' ');
}

function costMore(costs: ReadonlyMap<string, bigint>): string {
  const known = usdFirst(costs).filter(([, cost]) => cost !== 0n);
  return known.length === 0 ? '' : `, which cost ${costsText(known, 2)} more`;
}

/** The name of a session, with links to its page and to rounds. */
function linksOf({ id, name, title }: ContextSession): {
  href: string;
  title: string;
  roundHref: (round: number) => string;
} {
  const page = sessionPath(name);
  return {
    href: hrefTo(CONTEXT_PATH, page),
    title: title === '' ? nameText(id) : title,
    roundHref: (round) => hrefTo(CONTEXT_PATH, page, `r-${round}`),
  };
}

function missRow(session: ContextSession): object {
  const { roundHref, ...links } = linksOf(session);
  const { misses, tokens, costs, largest } = session.facts;
  const amounts = usdFirst(new Map(costs.map(([currency, cost]) => [currency, BigInt(cost)])));
  return {
    ...links,
    count: exact(misses),
    of: `of ${plural(session.rounds, 'round')}`,
    rounds: largest.map(([round, missed]) => ({
      href: roundHref(round),
      text: `#${exact(round)}`,
      tokens: shortCount(missed),
    })),
    more: misses > largest.length ? `and ${exact(misses - largest.length)} more` : '',
    cause: largest[0]?.[2] ?? '',
    cost: amounts.length === 0 ? 'unpriced' : costsText(amounts, 2),
    isUnpriced: amounts.length === 0,
    tokens: shownCount(tokens),
  };
}

function largestOf(sessions: readonly ContextSession[]): number {
  return Math.max(1, ...sessions.map(({ facts }) => facts.growth?.[1][1] ?? 0));
}

const STAGES = ['first', 'largest', 'last'] as const;

function growthRow(session: ContextSession, scale: number): object {
  const { roundHref, ...links } = linksOf(session);
  const sizes = (session.facts.growth ?? []).map(([round, tokens], i) => ({
    round,
    href: roundHref(round),
    text: `#${exact(round)}`,
    tokens: shortCount(tokens),
    stage: STAGES[i] ?? '',
  }));
  const [first = 0, largest = 0] = (session.facts.growth ?? []).map(([, tokens]) => tokens);
  return {
    ...links,
    count: first > 0 ? `${(largest / first).toFixed(largest / first < 10 ? 1 : 0)} ×` : '',
    // A session that ends with its largest request has it once.
    rounds: sizes.filter(({ round }, i) => round !== sizes[i - 1]?.round),
    x: share(first, scale),
    width: share(largest - first, scale),
    tokens: shownCount(grownBy(session.facts)),
  };
}

function share(part: number, whole: number): string {
  return `${Math.round((1000 * part) / whole) / 10}%`;
}

/** How much requests sent, how much of it caches held, and what that saved; in the last 7 days too. */
function inputRow(row: Row, recent: Row | undefined): object {
  const saved = amountsOf(row).flatMap(([currency, amount]): [string, bigint][] =>
    amount.saved === 0n ? [] : [[currency, amount.saved]],
  );
  return {
    rounds: shownCount(row.rounds),
    input: eachText(row),
    cached: percent(row.cached, row.input),
    saved: saved.length === 0 ? '–' : costsText(saved, 2),
    recent: recent && recent.rounds > 0 ? eachText(recent) : '–',
    recentCached: recent && recent.rounds > 0 ? `${percent(recent.cached, recent.input)} cached` : '',
  };
}

function eachText({ input, rounds }: Row): string {
  return shortCount(Math.round(input / Math.max(1, rounds)));
}

function missesNote({ missing, unknown }: ContextTotals, listed: number): string {
  return [
    ...(listed < missing ? [leftOut(listed, missing, 'with cache misses')] : []),
    ...(unknown > 0
      ? [
          `Of ${plural(unknown, 'round')} it is not known whether they missed the cache: no messages are stored, or the log does not count cached tokens.`,
        ]
      : []),
  ].join(' ');
}

function leftOut(listed: number, all: number, which: string): string {
  return `The ${exact(listed)} with the most, of ${plural(all, 'session')} ${which}.`;
}
