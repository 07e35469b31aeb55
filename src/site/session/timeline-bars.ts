import { usdOf } from '../../pricing/money.ts';
import type { Row } from '../../query/aggregate.ts';
import { costIn, costView, type CostView } from '../cost-view.ts';
import { sumOfColumns } from './column.ts';
import type { Column } from './view.ts';

/** A bar of the timeline: one round, or where there are too many, some that follow each other. */
export interface Bar {
  from: number;
  to: number;
  time: number;
  input: number;
  cached: number;
  output: number;
  /** Cost by model, in the currency that is drawn, the dearest first; what is unknown is left out. */
  costs: { model: string; amount: number }[];
  cost: CostView;
  models: string[];
  unpriced: number;
  failedTools: number;
  /** Status of the first failed request. */
  status: number | null;
  /** Names of the side threads in it; null where one of its rounds is of the main thread. */
  threads: string[] | null;
  /** 0 where the axis is not cut. */
  idleMs: number;
}

const MOST_BARS = 120;
const MOST_GAPS = 6;

/** The bars of these rounds, at most 120, and how many rounds one stands for; `currency` is what they are drawn in. */
export function timelineBars(columns: readonly Column[], currency: string): { bars: Bar[]; size: number } {
  const size = Math.ceil(columns.length / MOST_BARS);
  const shortest = shortestGap(columns);
  const bars: Bar[] = [];
  for (let i = 0; i < columns.length; i += size) {
    bars.push(barOf(columns.slice(i, i + size), shortest, currency));
  }
  const [first] = bars;
  if (first) first.idleMs = 0;
  return { bars, size };
}

/** The axis is cut at the longest gaps only; a session of every day would be cut to pieces. */
function shortestGap(columns: readonly Column[]): number {
  const gaps = columns
    .slice(1)
    .map(({ idleMs }) => idleMs)
    .filter((ms) => ms > 0)
    .toSorted((a, b) => b - a);
  return gaps.length <= MOST_GAPS ? 1 : (gaps[MOST_GAPS - 1] ?? 1);
}

function barOf(columns: readonly Column[], shortestGapMs: number, currency: string): Bar {
  const [first] = columns;
  const sum = (value: (column: Column) => number): number =>
    columns.reduce((total, column) => total + value(column), 0);
  const total = sumOfColumns(columns);
  const idle = Math.max(...columns.map(({ idleMs }) => idleMs));
  return {
    from: first?.number ?? 0,
    to: columns.at(-1)?.number ?? 0,
    time: first?.time ?? 0,
    input: total.input,
    cached: sum(({ usage }) => Math.min(usage.cached, usage.input)),
    output: total.output,
    costs: costsByModel(columns, total, currency),
    cost: costView(total, 4),
    models: [...new Set(columns.map(({ usage }) => usage.model))],
    unpriced: total.unpricedRounds,
    failedTools: sum(({ failedTools }) => failedTools),
    status: columns.find(({ status }) => status !== null)?.status ?? null,
    threads: columns.every(({ threadName }) => threadName !== null)
      ? [...new Set(columns.map(({ threadName }) => threadName ?? ''))]
      : null,
    idleMs: idle >= shortestGapMs ? idle : 0,
  };
}

function costsByModel(columns: readonly Column[], total: Row, currency: string): Bar['costs'] {
  const amountOf = (sum: Row): number => usdOf(costIn(sum, currency));
  const models = [...total.models.keys()];
  if (models.length === 1) return someOf([{ model: models[0] ?? '', amount: amountOf(total) }]);
  return someOf(
    models.map((model) => ({
      model,
      amount: amountOf(sumOfColumns(columns.filter(({ usage }) => usage.model === model))),
    })),
  );
}

function someOf(costs: Bar['costs']): Bar['costs'] {
  return costs.filter(({ amount }) => amount > 0).toSorted((a, b) => b.amount - a.amount);
}
