import { plural } from '../../platform/count-text.ts';
import { isNoModel } from '../../pricing/no-model.ts';
import { exactTime } from '../clock.ts';
import { drawnCurrency } from '../cost-view.ts';
import { nameText } from '../model-view.ts';
import type { SiteContext } from '../site-context.ts';
import { markOf } from './cards.ts';
import { sumOfColumns } from './column.ts';
import { roundFileCount } from './round-files.ts';
import { MOST_LINES, roundsTable, type RoundsTable } from './rounds-table.ts';
import { timelineBars, type Bar } from './timeline-bars.ts';
import { drawTimeline } from './timeline.ts';
import { timeTops } from './timeline-times.ts';
import type { Column } from './view.ts';

/** The timeline of a page, and the same as a table. */
interface TimelineView extends RoundsTable {
  /** Files with a line for each round, if the table has none. */
  files: { href: string; count: number; words: string } | null;
  axis: string;
  axisWidth: number;
  plot: string;
  height: number;
  legend: Legend;
  notes: string;
  summary: string;
}

interface Legend {
  models: ReturnType<typeof markOf>[];
  failed: string;
  hasUnpriced: boolean;
  /** What the bars of times have; null if there are none. */
  times: {
    wait: boolean;
    said: boolean;
    both: boolean;
    tools: boolean;
    client: boolean;
    unknown: boolean;
  } | null;
}

export function timelineView(
  columns: readonly Column[],
  hrefOf: (round: number) => string,
  site: SiteContext,
  roundsHref: string,
): TimelineView {
  const { currency, sign, leftOut } = drawnCurrency(sumOfColumns(columns));
  const { bars, size } = timelineBars(columns, currency);
  const timeOf = (ms: number): string => exactTime(site.local.isoOf(ms)).slice(0, 19);
  const slotOf = (model: string): number => site.colours.slotOf(model);
  const isSingle = columns.length <= MOST_LINES;
  const isTimed = timeTops(bars).request > 0;
  return {
    ...drawTimeline(bars, { slotOf, hrefOf, timeOf, nameOf: nameText, sign }),
    ...roundsTable(columns, bars, currency, { hrefOf, timeOf }),
    files: filesOf(columns.length, roundsHref),
    legend: legendOf(columns, bars, isTimed, site),
    notes: [
      ...(size > 1 ? [`One bar is ${size} rounds${isSingle ? '' : ', and so is one row of the table'}`] : []),
      ...(leftOut === '' ? [] : [`Costs are drawn in ${currency}; ${leftOut} is left out`]),
      ...(isTimed ? [] : ['The log does not say how long these requests took']),
    ].join('. '),
    summary: `Input tokens${isTimed ? ', cost and time' : ' and cost'} of ${plural(columns.length, 'round')}`,
  };
}

function filesOf(rounds: number, href: string): TimelineView['files'] {
  const count = href === '' ? 0 : roundFileCount(rounds);
  return count === 0 ? null : { href, count, words: `Load each of ${plural(rounds, 'round')}` };
}

const MOST_LEGEND = 7;

function legendOf(
  columns: readonly Column[],
  bars: readonly Bar[],
  isTimed: boolean,
  site: SiteContext,
): Legend {
  const priced = new Map<string, boolean>();
  for (const { usage, status } of columns) {
    // A failed request without a model has no cost to be drawn.
    if (status !== null && isNoModel(usage.model)) continue;
    priced.set(usage.model, (priced.get(usage.model) ?? false) || usage.price !== 'unpriced');
  }
  const isSingle = bars.length === columns.length;
  const has = (of: (times: Bar['times']) => number): boolean => bars.some(({ times }) => of(times) > 0);
  return {
    models: [...priced].slice(0, MOST_LEGEND).map(([model, isPriced]) => markOf(model, !isPriced, site)),
    failed: failedWords(columns),
    hasUnpriced: columns.some(({ usage }) => usage.price === 'unpriced'),
    times: isTimed
      ? {
          wait: has(({ firstToken }) => firstToken),
          said: has(({ answer }) => answer),
          both: has(({ whole }) => whole),
          tools: has(({ tools }) => tools),
          client: isSingle && has(({ client }) => client),
          unknown: has(({ untimed }) => untimed),
        }
      : null,
  };
}

/** What `!` in the timeline means on this page. */
function failedWords(columns: readonly Column[]): string {
  const tools = columns.some(({ failedTools }) => failedTools > 0);
  const requests = columns.some(({ status }) => status !== null);
  return tools && requests
    ? 'failed tool or request'
    : tools
      ? 'failed tool'
      : requests
        ? 'failed request'
        : '';
}
