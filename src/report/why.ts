import { cleanLine } from '../platform/clean-text.ts';
import { exact, plural } from '../platform/count-text.ts';
import { boundMark } from '../pricing/bound-mark.ts';
import { costsText, moneyText, usdFirst } from '../pricing/money.ts';
import type { Row } from '../query/aggregate.ts';
import { knownCostText } from '../query/cost-text.ts';
import { sumBound } from '../query/costs.ts';
import type { CacheMiss } from '../query/why/cache-misses.ts';
import { causeText } from '../query/why/miss-words.ts';
import type { SessionWhy, TopRound } from '../query/why/session-why.ts';
import { partWords, splitRows, type SplitRow } from '../query/why/split-rows.ts';
import type { SplitSums } from '../query/why/split-sums.ts';
import { boundLines, unpricedText } from './numbers.ts';
import { drawTable, type Column, type Screen } from './tables.ts';
import { clip, wrap } from './terminal.ts';

/** How many cache misses are named. */
const MISSES = 5;
const DECIMALS = 6;

/** Why a session cost what it did: all its rounds must have been added. */
export function sessionWhyLines(why: SessionWhy, screen: Screen): string[] {
  const { sum, splits, session } = why;
  const pruned = session.pruned_rounds ?? 0;
  return [
    ...splitLines(sum, splits, screen),
    ...wrapped(
      [
        ...(pruned === 0
          ? []
          : [
              `The first ${plural(pruned, 'round')} ${pruned === 1 ? 'was' : 'were'} pruned: the tokens above include them, the costs do not.`,
            ]),
        ...missLines(why),
        ...growthLines(why),
      ],
      screen,
    ),
    ...topLines(why, screen),
  ];
}

/** What a sum of rounds cost, by what it was for. */
export function splitLines(sum: Row, splits: SplitSums, screen: Screen): string[] {
  const { unsplitRounds } = splits;
  const unpriced = unpricedText(sum);
  const notes = [
    hitRateText(sum),
    ...(unpriced === null ? [] : [`No cost includes ${unpriced}.`]),
    ...boundLines(sum),
    ...(unsplitRounds === 0
      ? []
      : [
          `The cost of ${plural(unsplitRounds, 'round')} is not split: the rate depends on each round, and these were pruned or cannot be read.`,
        ]),
  ];
  const table =
    splits.currencies.length === 0
      ? [`Cost: ${knownCostText(sum, DECIMALS)}`]
      : splitTable(sum, splits, screen);
  return [...table, '', ...wrapped(notes, screen)];
}

function splitTable(sum: Row, splits: SplitSums, screen: Screen): string[] {
  const { currencies, rows, total } = splitRows(sum, splits);
  const columns: Column<SplitRow>[] = [
    {
      head: 'For',
      align: 'left',
      cell: ({ part }) => (part === 'total' ? 'TOTAL' : partWords(part)),
    },
    {
      head: 'Tokens',
      align: 'right',
      rank: 1,
      cell: ({ tokens }) => (tokens === null ? '-' : exact(tokens)),
    },
    ...currencies.map((currency, i): Column<SplitRow> => ({
      head: `Cost (${currency})`,
      align: 'right',
      cell: ({ part, costs }) =>
        (part === 'total' ? boundMark(sumBound(sum).bound) : '') +
        moneyText(costs[i] ?? 0n, currency, DECIMALS),
    })),
    ...currencies.slice(0, currencies.length === 1 ? 1 : 0).map((): Column<SplitRow> => ({
      head: 'Share',
      align: 'right',
      cell: (row) => shareText(row.costs[0] ?? 0n, total.costs[0] ?? 0n),
      share: (row) => shareOf(row.costs[0] ?? 0n, total.costs[0] ?? 0n),
    })),
  ];
  return drawTable({ columns, rows, total }, screen);
}

function hitRateText({ input, cached }: Row): string {
  if (input === 0) return 'Cache: no input in the log.';
  return `Cache: ${percent(cached / input)} of the input was read from a cache.`;
}

function missLines({ misses }: SessionWhy): string[] {
  const { count, tokens, costs, unpriced, unknown, largest } = misses;
  const lacks =
    unknown === 0
      ? []
      : [
          `Of ${plural(unknown, 'round')} it is not known whether they missed the cache: no messages are stored, or the log does not count cached tokens.`,
        ];
  if (count === 0) return [...(unknown === 0 ? ['Cache misses: none.'] : []), ...lacks];
  const shown = largest.slice(0, MISSES);
  const more = count - shown.length;
  const cost = costs.size === 0 ? '' : `, which cost ${costsText(usdFirst(costs), DECIMALS)} more`;
  const without = unpriced === 0 ? '' : ` (without ${plural(unpriced, 'unpriced round')})`;
  return [
    `Cache misses: ${plural(count, 'round')} read ${exact(tokens)} fewer tokens from the cache than it held${cost}${without}.`,
    ...shown.map((miss) => `  ${missText(miss)}`),
    ...(more > 0 ? [`  … and ${exact(more)} more`] : []),
    ...lacks,
  ];
}

function missText({ round, after, tokens, cost, cause }: CacheMiss): string {
  const amount = cost ? `, ${moneyText(cost.cost, cost.currency, DECIMALS)}` : '';
  return `Round ${exact(round)}: ${exact(tokens)} tokens${amount}. ${causeText(cause, after, clip)}`;
}

function growthLines({ growth }: SessionWhy): string[] {
  if (!growth) return [];
  const { first, last, largest } = growth;
  const size = (at: typeof first): string => `${exact(at.tokens)} tokens in round ${exact(at.round)}`;
  const most =
    largest.round === last.round || largest.round === first.round ? '' : `; the largest: ${size(largest)}`;
  if (first.round === last.round) return [`Context: ${size(first)}.`];
  return [`Context: ${size(first)}, ${size(last)}${most}.`];
}

function topLines({ top, splits }: SessionWhy, screen: Screen): string[] {
  if (top.length === 0) return [];
  const columns: Column<TopRound>[] = [
    { head: 'Most expensive round', align: 'left', cell: ({ round }) => exact(round) },
    { head: 'Model', align: 'left', flexible: true, rank: 1, cell: ({ model }) => cleanLine(model) },
    { head: 'Cost', align: 'right', cell: ({ cost, currency }) => moneyText(cost, currency, DECIMALS) },
    {
      head: 'Share',
      align: 'right',
      cell: ({ cost, currency }) => shareText(cost, splits.totalOf(currency)),
    },
  ];
  return ['', ...drawTable({ columns, rows: top }, screen)];
}

function shareOf(part: bigint, whole: bigint): number {
  return whole === 0n ? 0 : Number((part * 1_000_000n) / whole) / 1_000_000;
}

export function shareText(part: bigint, whole: bigint): string {
  return whole === 0n ? '-' : percent(shareOf(part, whole));
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

function wrapped(lines: readonly string[], { width }: Screen): string[] {
  return lines.flatMap((line) => {
    const indent = line.length - line.trimStart().length;
    const [first = '', ...rest] = wrap(line.trimStart(), width - indent, 20).lines;
    return [first, ...rest.map((more) => (indent > 0 ? `  ${more}` : more))].map(
      (one) => ' '.repeat(indent) + one,
    );
  });
}
