import { exact, plural } from '../../platform/count-text.ts';
import { boundMark } from '../../pricing/bound-mark.ts';
import { costsText, exactUsd, moneyText, usdFirst } from '../../pricing/money.ts';
import { amountsOf, type Row } from '../../query/aggregate.ts';
import { sumBound } from '../../query/costs.ts';
import { causeText } from '../../query/why/miss-words.ts';
import type { ContextSize, SessionWhy } from '../../query/why/session-why.ts';
import { partWords, splitRows, type SplitRow } from '../../query/why/split-rows.ts';
import { percent } from '../format.ts';
import { clipText, nameText } from '../model-view.ts';

/** Why a session cost what it did, from the same sums as `monitor why`. */
export interface WhyView {
  /**
   * `57%` of the cost is round 33; null if it has one round, or costs in several currencies. Without a share, no round
   * stands out, and the most expensive one cost this much.
   */
  top: { share: string | null; cost: string; href: string; round: string } | null;
  /** `Caches saved $1.20`; can be empty. */
  saved: string;
  currencies: string[];
  hasShares: boolean;
  rows: WhyRow[];
  total: WhyRow;
  /** How the numbers are incomplete. */
  notes: string[];
  hitRate: string;
  misses: string;
  /** The largest ones. */
  named: { href: string; round: string; text: string; exact: string }[];
  moreMisses: string;
  growth: { words: string; href: string; round: string }[];
  dearest: { href: string; round: string; model: string; cost: string; exact: string; share: string }[];
}

interface WhyRow {
  name: string;
  tokens: string;
  costs: { text: string; exact: string }[];
  share: string;
}

/** How many cache misses are named, as in the terminal. */
const MISSES = 5;
const DECIMALS = 4;
/** A round with less than one in this many parts of the cost does not stand out. */
const LEAST_PART = 20n;

/** Null if no cost is known. */
export function whyView(why: SessionWhy, hrefOf: (round: number) => string): WhyView | null {
  const { sum, splits, misses, session } = why;
  const { currencies, rows, total } = splitRows(sum, splits);
  if (currencies.length === 0) return null;
  const hasShares = currencies.length === 1;
  const link = (round: number): { href: string; round: string } => ({
    href: hrefOf(round),
    round: exact(round),
  });
  const share = (cost: bigint, currency: string): string => shareText(cost, splits.totalOf(currency));
  const rowOf = (row: SplitRow, mark = ''): WhyRow => ({
    name: row.part === 'total' ? 'Together' : partWords(row.part),
    tokens: row.tokens === null ? '–' : exact(row.tokens),
    costs: row.costs.map((cost, i) => ({
      text: mark + moneyText(cost, currencies[i] ?? '', DECIMALS),
      exact: amount(cost, currencies[i] ?? ''),
    })),
    share: hasShares ? share(row.costs[0] ?? 0n, currencies[0] ?? '') : '',
  });
  const [first] = why.top;
  const named = misses.largest.slice(0, MISSES);
  return {
    top:
      first && hasShares && session.rounds > 1
        ? {
            share: standsOut(first.cost, splits.totalOf(first.currency))
              ? share(first.cost, first.currency)
              : null,
            cost: moneyText(first.cost, first.currency, DECIMALS),
            ...link(first.round),
          }
        : null,
    saved: savedText(sum),
    currencies,
    hasShares,
    rows: rows.map((row) => rowOf(row)),
    total: rowOf(total, boundMark(sumBound(sum).bound)),
    notes: notesOf(why),
    hitRate: sum.input > 0 ? `${percent(sum.cached, sum.input)} of the input was read from a cache.` : '',
    misses: missesText(why),
    named: named.map(({ round, after, tokens, cost, cause }) => ({
      ...link(round),
      text: `${exact(tokens)} tokens${cost ? `, ${moneyText(cost.cost, cost.currency, DECIMALS)}` : ''}. ${causeText(cause, after, clipText)}`,
      exact: cost ? amount(cost.cost, cost.currency) : '',
    })),
    moreMisses: misses.count > named.length ? `and ${exact(misses.count - named.length)} more` : '',
    growth: growthOf(why).map(({ round, tokens }) => ({ words: `${exact(tokens)} tokens`, ...link(round) })),
    dearest: why.top.map(({ round, model, cost, currency }) => ({
      ...link(round),
      model: nameText(model),
      cost: moneyText(cost, currency, DECIMALS),
      exact: amount(cost, currency),
      share: share(cost, currency),
    })),
  };
}

/** In a long session the most expensive round may be one of many like it. */
function standsOut(cost: bigint, total: bigint): boolean {
  return cost * LEAST_PART >= total;
}

/** All digits, as in JSON. */
function amount(cost: bigint, currency: string): string {
  return `${exactUsd(cost)} ${currency}`;
}

function shareText(part: bigint, whole: bigint): string {
  return whole === 0n ? '–' : percent(Number((part * 1_000_000n) / whole), 1_000_000);
}

function savedText(sum: Row): string {
  const saved = amountsOf(sum).flatMap(([currency, one]): [string, bigint][] =>
    one.saved === 0n ? [] : [[currency, one.saved]],
  );
  const more = saved.filter(([, cost]) => cost > 0n);
  const less = saved.flatMap(([currency, cost]): [string, bigint][] =>
    cost < 0n ? [[currency, -cost]] : [],
  );
  return [
    ...(more.length > 0 ? [`Caches saved ${costsText(more, 2)}.`] : []),
    ...(less.length > 0 ? [`Caches cost ${costsText(less, 2)} more than they saved.`] : []),
  ].join(' ');
}

function notesOf({ sum, session, misses }: SessionWhy): string[] {
  const pruned = session.pruned_rounds ?? 0;
  const { unpricedRounds } = sum;
  return [
    ...(unpricedRounds > 0 ? [`No cost includes ${plural(unpricedRounds, 'unpriced round')}.`] : []),
    ...(pruned > 0
      ? [
          `The first ${plural(pruned, 'round')} ${pruned === 1 ? 'was' : 'were'} pruned: the tokens include them, the costs do not.`,
        ]
      : []),
    ...(misses.unknown > 0
      ? [
          `Of ${plural(misses.unknown, 'round')} it is not known whether they missed the cache: no messages are stored, or the log does not count cached tokens.`,
        ]
      : []),
  ];
}

function missesText({ misses: { count, tokens, costs, unpriced, unknown } }: SessionWhy): string {
  if (count === 0) return unknown === 0 ? 'No round missed the cache.' : '';
  const cost = costs.size === 0 ? '' : `, which cost ${costsText(usdFirst(costs), DECIMALS)} more`;
  const without = unpriced === 0 ? '' : ` (without ${plural(unpriced, 'unpriced round')})`;
  return `${plural(count, 'round')} read ${exact(tokens)} fewer tokens from the cache than it held${cost}${without}:`;
}

/** The first, the largest and the last request of the main thread, each once. */
function growthOf({ growth }: SessionWhy): ContextSize[] {
  if (!growth) return [];
  const sizes = [growth.first, growth.largest, growth.last].toSorted((a, b) => a.round - b.round);
  return sizes.filter(({ round }, i) => round !== sizes[i - 1]?.round);
}
