import { ExitCode, MonitorError, UsageError } from '../../platform/errors.ts';
import { cleanLine } from '../../platform/clean-text.ts';
import { attoOfUsd } from '../../pricing/money.ts';
import { addDays } from '../../query/add-days.ts';
import { inCurrency, type CurrencyView } from '../../query/currency.ts';
import { emptyRow, type Row } from '../../query/aggregate.ts';
import { groupBy, type UsageQuery } from '../../query/grouping.ts';
import { NOT_RECORDED, type GroupKey } from '../../query/group-keys.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import type { BucketRange } from '../../query/group-usage.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import {
  budgetDocument,
  budgetLine,
  budgetState,
  type Budget,
  type BudgetState,
  type Spending,
} from '../../report/budget.ts';
import { bucketsOf, currentPeriod } from '../../report/period.ts';
import { exact } from '../../platform/count-text.ts';
import { SPIKE_DAYS, spikeDocument, spikeLine, spikeState, type Spike } from '../../report/spike.ts';
import { bucketOf } from '../../model/usage-cell.ts';
import type { Snapshot } from '../../store/read.ts';
import { lostRoundsOf } from '../../store/state.ts';
import { writeJson, type Context } from '../context.ts';
import { parseCondition } from '../options/filter-options.ts';
import { filterOf, keysOf, warnOfUndecided } from '../reporting/asked-names.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { currencyOf } from '../reporting/report-currency.ts';
import { readStores } from '../reporting/read-stores.ts';
import { warnOfUnknownNames } from '../reporting/unknown-names.ts';
import type { StoresOptions } from '../options/stores-options.ts';
import { readBudgets, type FileBudget } from './budgets-file.ts';
import { worstExit } from './worst-exit.ts';

export interface BudgetsOptions extends StoresOptions {
  budgets: string;
  timezone?: string;
  quiet?: true;
  json?: true;
}

/** What one budget came to, for one value of its `each` if it has that. */
interface Checked {
  state: BudgetState;
  line: string;
  document: Record<string, unknown>;
}

/**
 * Checks each budget of a file. Throws MonitorError, without a message, with the worst exit code: see worstExit. With
 * `quiet`, only budgets that are not kept are printed.
 */
export async function checkBudgets(context: Context, options: BudgetsOptions): Promise<void> {
  const budgets = await readBudgets(options.budgets);
  const snapshot = await readStores(context, options);
  const local = localTimeOf(context, options.timezone);
  const checked = budgets.flatMap((budget) => {
    try {
      return checkBudget({ context, snapshot, local }, budget);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`budget ${JSON.stringify(budget.name)} of ${options.budgets}: ${error.message}`);
    }
  });
  const code = worstExit(checked.map(({ state }) => state));
  if (options.json) {
    const documents = checked.map(({ document }) => document);
    await writeJson(
      context,
      `${JSON.stringify({ version: 1, ok: code === ExitCode.ok, budgets: documents })}\n`,
    );
  } else {
    const lines = checked.filter(({ state }) => !options.quiet || state !== 'within');
    for (const { line } of lines) await context.write(line);
  }
  if (code !== ExitCode.ok) throw new MonitorError(code, '');
}

interface Place {
  context: Context;
  snapshot: Snapshot;
  local: LocalTime;
}

function checkBudget(place: Place, entry: FileBudget): Checked[] {
  const { context, snapshot, local } = place;
  const { per, each, spike: factor } = entry;
  const filter = filterOf(context, givenFilter(entry), snapshot.state);
  const view = viewOf(place, entry);
  const sessions = inCurrency(snapshot.sessions, view);
  const keys = each === undefined ? [] : keysOf([each], snapshot.state);
  const period = currentPeriod(per, local, context.now);
  const sumsIn = (buckets: BucketRange): ReadonlyMap<string, Row> =>
    sumsOf(context, sessions, keys, { ...filter, buckets, local, gateway: snapshot.gateways[0] });
  const sums = sumsIn(bucketsOf(period));
  const before = factor === undefined ? undefined : sumsIn(daysBefore(local, context.now));
  const isEmpty = [...sums.values()].every(({ rounds }) => rounds === 0);
  const unknown = isEmpty ? warnOfUnknownNames(context, sessions, filter, local) : [];
  const budget: Budget = {
    amount: limitOf(entry),
    currency: view?.to ?? 'USD',
    tokens: entry.tokens,
    strict: entry.strict === true,
    warnPercent: entry.warn_percent,
  };
  const checked = [...sums].map(([value, sum]) => {
    const spending: Spending = {
      per,
      period,
      timeZone: local.timeZone,
      filter,
      of: each === undefined ? undefined : { key: each, value: value === NOT_RECORDED ? null : value },
      sum,
      isKnown: true,
      hasUnknownName: unknown.length > 0,
      lostRounds: lostRoundsOf(snapshot.state),
    };
    if (!before || factor === undefined) return resultOf(entry, budget, spending);
    return spikeOf(entry, budget, { factor, today: spending, before: before.get(value) ?? emptyRow() });
  });
  return each === undefined ? checked : withoutLines(entry, each, checked);
}

function givenFilter({ where, ...entry }: FileBudget): GivenFilter {
  const given = (['model', 'consumer', 'session', 'agent', 'channel'] as const).flatMap((name) =>
    entry[name] === undefined ? [] : [[name, entry[name]] as const],
  );
  return { ...Object.fromEntries(given), ...(where && { where: where.map(parseCondition) }) };
}

/** The sum of each value of a key, or of everything under `''`. */
function sumsOf(
  context: Context,
  sessions: Snapshot['sessions'],
  keys: readonly GroupKey[],
  query: UsageQuery,
): ReadonlyMap<string, Row> {
  const { rows, total, undecided } = groupBy(sessions, keys.length === 0 ? ['model'] : keys, query);
  warnOfUndecided(context, undecided);
  if (keys.length === 0) return new Map([['', total]]);
  return new Map(rows.map(({ names, row }) => [names[0] ?? '', row]));
}

function daysBefore(local: LocalTime, now: number): BucketRange {
  const today = local.dateOf(bucketOf(now));
  return { from: local.startOf(addDays(today, -SPIKE_DAYS)), to: local.startOf(today) };
}

function viewOf({ context, snapshot }: Place, { usd, currency }: FileBudget): CurrencyView | undefined {
  return currencyOf(context, snapshot.dirs, usd === undefined ? currency : 'USD');
}

function limitOf({ usd, amount }: FileBudget): bigint | undefined {
  const limit = usd ?? amount;
  return limit === undefined ? undefined : attoOfUsd(limit);
}

function resultOf({ name }: FileBudget, budget: Budget, spending: Spending): Checked {
  const state = budgetState(budget, spending);
  return {
    state,
    line: `${cleanLine(name)}: ${budgetLine(budget, spending)}`,
    document: { name, state, ...valueJson(spending), ...budgetDocument(budget, spending) },
  };
}

function spikeOf({ name }: FileBudget, budget: Budget, spike: Spike): Checked {
  const state = spikeState(budget, spike);
  return {
    state,
    line: `${cleanLine(name)}: ${spikeLine(budget, spike)}`,
    document: { name, state, ...valueJson(spike.today), ...spikeDocument(budget, spike) },
  };
}

function valueJson({ of }: Spending): Record<string, unknown> {
  return of === undefined ? {} : { each: of.key, value: of.value };
}

/** A thousand consumers within their budgets are one line. */
function withoutLines({ name }: FileBudget, each: string, checked: readonly Checked[]): Checked[] {
  const within = checked.filter(({ state }) => state === 'within').length;
  const others = checked.filter(({ state }) => state !== 'within');
  const line = `${cleanLine(name)}: within budget: ${exact(within)} of ${exact(checked.length)} values of ${cleanLine(each)}\n`;
  return [
    ...others,
    ...checked
      .filter(({ state }) => state === 'within')
      .map((one, i) => ({ ...one, line: i === 0 ? line : '' })),
  ];
}
