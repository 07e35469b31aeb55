import type { Bound } from '../pricing/bounds.ts';
import { usdOf } from '../pricing/money.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { toolsByUse } from '../model/tool-counts.ts';
import { amountsOf, isUsdKnown, sessionTotals, type Row } from './aggregate.ts';
import { failedRounds } from './failures.ts';
import { boundCosts, boundReasonCounts, sumBound, type Converted } from './costs.ts';
import { mainModel, usedModels } from './session-models.ts';
import { countsJson, tokenTotalsJson, type CountsJson, type TokenTotalsJson } from './measures.ts';

// docs/commands.md documents the shapes. They have a version: keys are added, never renamed.

/** A row of statistics, without its key. */
export function sumJson(row: Row): SumJson {
  return {
    sessions: row.sessions,
    ...countsJson(row),
    ...costJson(row),
    saved_usd: isUsdKnown(row) ? usdOf(row.saved) : null,
    failed_rounds: failedRounds(row.failures),
    uncounted_rounds: row.failures.uncounted,
  };
}

/** A session in a list; `sum` is what it used. */
export function listedJson(session: SessionEntry, sum = sessionTotals(session)): Record<string, unknown> {
  const { session_id, created_at, updated_at, messages_count, model, ...numbers } = sessionJson(session, sum);
  const used = usedModels(session, sum);
  const models = used.length > 0 ? used : [model];
  const head = { session_id, title: session.title, created_at, updated_at, messages_count, model, models };
  return { ...head, ...numbers };
}

/** What the index knows of a session, with the names of its session file. Times are ISO 8601 in UTC. */
export function sessionJson(session: SessionEntry, sum: Row): SessionJson {
  return {
    session_id: session.id,
    created_at: new Date(session.created).toISOString(),
    updated_at: new Date(session.updated).toISOString(),
    messages_count: session.rounds,
    ...tokenTotalsJson(sum),
    model: mainModel(session, usedModels(session, sum)) ?? session.model,
    ...costJson(sum),
    ...toolsJson(session),
    ...prunedJson(session),
    ...(session.gateways && { gateways: session.gateways }),
  };
}

function toolsJson(session: SessionEntry): ToolsJson {
  const { tools, tools_from: from } = session;
  if (!tools) return { tools: null };
  const rows = toolsByUse(tools).map(([name, calls, failed]) => ({ name, calls, failed }));
  return { tools: rows, ...(from !== undefined && { tools_from: from }) };
}

/** Keys of sessions of which something was pruned. */
function prunedJson({ pruned, pruned_rounds: rounds, pruned_content: content }: SessionEntry): PrunedJson {
  return {
    ...(pruned !== undefined && { pruned_at: new Date(pruned).toISOString(), pruned_rounds: rounds ?? 0 }),
    ...(content && {
      content_pruned_at: new Date(content.at).toISOString(),
      content_pruned_rounds: content.rounds,
    }),
  };
}

interface PrunedJson {
  pruned_at?: string;
  pruned_rounds?: number;
  content_pruned_at?: string;
  content_pruned_rounds?: number;
}

interface ToolsJson {
  /** null if not known. */
  tools: { name: string; calls: number; failed: number }[] | null;
  /** The first round that is counted, if it is not round 1. */
  tools_from?: number;
}

interface SessionJson extends TokenTotalsJson, CostJson, ToolsJson, PrunedJson {
  /** Only if several stores are read as one. */
  gateways?: readonly string[];
  session_id: string;
  created_at: string;
  updated_at: string;
  messages_count: number;
  model: string;
}

interface SumJson extends CountsJson, CostJson {
  sessions: number;
  saved_usd: number | null;
  /** The client was gone, or the status was 400 or above; and rounds of which that is not known. */
  failed_rounds: number;
  uncounted_rounds: number;
}

interface CostJson {
  /** What was charged in USD; null if unknown. */
  cost_usd: number | null;
  unpriced_rounds: number;
  /** By currency. */
  costs: Record<string, number>;
  cost_bound: Bound | null;
  lower_bound_rounds: number;
  upper_bound_rounds: number;
  /** The stated cost of those rounds. */
  lower_bound_costs: Record<string, number>;
  upper_bound_costs: Record<string, number>;
  /** Number of rounds by reason. */
  bound_reasons: Record<string, number>;
  /** Only if a currency was asked for: the cost in it, null if a part cannot be converted. */
  cost?: number | null;
  currency?: string;
  unconverted_costs?: Record<string, number>;
}

function costJson(sum: Row): CostJson {
  return {
    cost_usd: isUsdKnown(sum) ? usdOf(sum.cost) : null,
    unpriced_rounds: sum.unpricedRounds,
    ...moneyJson(sum),
  };
}

/** The money in a sum besides its cost in USD. */
export function moneyJson(sum: Row): Omit<CostJson, 'cost_usd' | 'unpriced_rounds'> {
  const { bound, lowerRounds, upperRounds } = sumBound(sum);
  const { converted } = sum;
  const costs = amountsOf({ ...sum, converted: null }).map(([code, { cost }]) => [code, cost] as const);
  return {
    costs: amountsJson(costs),
    cost_bound: bound,
    lower_bound_rounds: lowerRounds,
    upper_bound_rounds: upperRounds,
    lower_bound_costs: amountsJson(boundCosts(sum, 'lower')),
    upper_bound_costs: amountsJson(boundCosts(sum, 'upper')),
    bound_reasons: Object.fromEntries(boundReasonCounts(sum)),
    ...(converted && convertedJson(converted)),
  };
}

/** The cost is null if a part of it has no rate: currencies are never added. */
function convertedJson({ to, amounts }: Converted): Partial<CostJson> {
  const others = [...amounts].filter(([currency]) => currency !== to);
  return {
    currency: to,
    cost: others.length > 0 ? null : usdOf(amounts.get(to)?.cost ?? 0n),
    unconverted_costs: amountsJson(others.map(([currency, { cost }]) => [currency, cost])),
  };
}

function amountsJson(amounts: Iterable<readonly [currency: string, cost: bigint]>): Record<string, number> {
  return Object.fromEntries(Array.from(amounts, ([currency, cost]) => [currency, usdOf(cost)]));
}
