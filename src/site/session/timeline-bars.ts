import { usdOf } from '../../pricing/money.ts';
import type { Row } from '../../query/aggregate.ts';
import { costIn, costView, type CostView } from '../cost-view.ts';
import { sumOfColumns } from './column.ts';
import { isNoModel } from '../../pricing/no-model.ts';
import type { Column } from './view.ts';

/** A bar of the timeline: one round, or several consecutive ones if there are too many. */
export interface Bar {
  from: number;
  to: number;
  /** Where it leads: its first round with a failure, or else its first. */
  target: number;
  time: number;
  input: number;
  cached: number;
  output: number;
  /** Known costs by model, in the drawn currency, the largest first. */
  costs: { model: string; amount: number }[];
  cost: CostView;
  /** As a person reads them: those with a name first, failed requests without one last. */
  models: string[];
  unpriced: number;
  failedTools: number;
  /** Status of the first failed request. */
  status: number | null;
  times: BarTimes;
  /** Names of its threads; null if one of its rounds is of the main thread. */
  threads: string[] | null;
  /** Idle time before it; 0 if the axis has no gap there. */
  idleMs: number;
}

/** Sums of what the log says, in milliseconds. */
export interface BarTimes {
  firstToken: number;
  answer: number;
  /** Of requests of which the log does not say when the first token came. */
  whole: number;
  /** Before the requests: while tools ran, or while nothing did. */
  tools: number;
  client: number;
  /** How many requests the log has no duration of. */
  untimed: number;
}

const MOST_BARS = 120;
const MOST_GAPS = 6;

/** At most 120 bars, drawn in `currency`; `size` is the number of rounds per bar. */
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

/** A bar for each round. */
export function roundBars(columns: readonly Column[], currency: string): Bar[] {
  return columns.map((column) => barOf([column], 1, currency));
}

/** The axis shows the longest gaps only: a session used every day would fall to pieces. */
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
    target:
      (columns.find((column) => column.failedTools > 0 || column.status !== null) ?? first)?.number ?? 0,
    time: first?.time ?? 0,
    input: total.input,
    cached: sum(({ usage }) => Math.min(usage.cached, usage.input)),
    output: total.output,
    costs: costsByModel(columns, total, currency),
    cost: costView(total, 4),
    models: modelsOf(columns),
    unpriced: total.unpricedRounds,
    failedTools: sum(({ failedTools }) => failedTools),
    status: columns.find(({ status }) => status !== null)?.status ?? null,
    times: timesOf(columns),
    threads: columns.every(({ threadName }) => threadName !== null)
      ? [...new Set(columns.map(({ threadName }) => threadName ?? ''))]
      : null,
    idleMs: idle >= shortestGapMs ? idle : 0,
  };
}

function modelsOf(columns: readonly Column[]): string[] {
  return [...new Set(columns.toSorted((a, b) => rankOf(a) - rankOf(b)).map(({ model }) => model))];
}

function rankOf({ model, usage }: Column): number {
  return model === usage.model ? Number(isNoModel(model)) : 2;
}

function timesOf(columns: readonly Column[]): BarTimes {
  const times = { firstToken: 0, answer: 0, whole: 0, tools: 0, client: 0, untimed: 0 };
  for (const { timing } of columns) {
    const { firstToken, duration, before, isTools } = timing;
    if (duration === null) times.untimed++;
    if (firstToken !== null) times.firstToken += firstToken;
    if (firstToken !== null && duration !== null) times.answer += duration - firstToken;
    if (firstToken === null && duration !== null) times.whole += duration;
    if (before !== null) times[isTools ? 'tools' : 'client'] += before;
  }
  return times;
}

function costsByModel(columns: readonly Column[], total: Row, currency: string): Bar['costs'] {
  const amountOf = (sum: Row): number => usdOf(costIn(sum, currency));
  const models = [...total.models.keys()];
  if (models.length === 1) return someOf([{ model: models[0] ?? '', amount: amountOf(total) }]);
  const byModel = new Map<string, Column[]>();
  for (const column of columns) {
    const known = byModel.get(column.usage.model);
    if (known) known.push(column);
    else byModel.set(column.usage.model, [column]);
  }
  const costs = someOf(
    models.map((model) => ({ model, amount: amountOf(sumOfColumns(byModel.get(model) ?? [])) })),
  );
  if (costs.length <= MOST_COSTS) return costs;
  const others = costs.slice(MOST_COSTS).reduce((sum, { amount }) => sum + amount, 0);
  return [...costs.slice(0, MOST_COSTS), { model: '', amount: others }];
}

/** A bar shows the costs of this many models, and of all others together, in grey. */
const MOST_COSTS = 8;

function someOf(costs: Bar['costs']): Bar['costs'] {
  return costs.filter(({ amount }) => amount > 0).toSorted((a, b) => b.amount - a.amount);
}
