import { usdOf } from '../pricing/money.ts';
import type { SessionEntry } from '../store/types.ts';
import { isCostKnown, namesByUse, sessionTotals, type Row } from './aggregate.ts';

// The shapes stand in docs/commands.md and carry a version: a key is added, never renamed.

/** A row of statistics, without its key. */
export function sumJson(row: Row): Record<string, number | null> {
  return {
    sessions: row.sessions,
    rounds: row.rounds,
    input_tokens: row.input,
    output_tokens: row.output,
    reasoning_tokens: row.reasoning,
    cached_tokens: row.cached,
    cache_write_tokens: row.cacheWrite,
    ...costJson(row),
    saved_usd: isCostKnown(row) ? usdOf(row.saved) : null,
  };
}

/** A session in a list. */
export function listedJson(session: SessionEntry): Record<string, unknown> {
  const sum = sessionTotals(session);
  const { session_id, created_at, updated_at, messages_count, model, ...numbers } = sessionJson(session, sum);
  const models = namesByUse(sum.models);
  const head = { session_id, title: session.title, created_at, updated_at, messages_count, model, models };
  return { ...head, ...numbers };
}

/** What the index knows of a session, in the names of its session file. Times are ISO 8601 in UTC. */
export function sessionJson(session: SessionEntry, sum: Row): SessionJson {
  return {
    session_id: session.id,
    created_at: new Date(session.created).toISOString(),
    updated_at: new Date(session.updated).toISOString(),
    messages_count: session.rounds,
    total_input_tokens: sum.input,
    total_output_tokens: sum.output,
    total_reasoning_tokens: sum.reasoning,
    total_cached_tokens: sum.cached,
    total_cache_write_tokens: sum.cacheWrite,
    model: session.model,
    ...costJson(sum),
    ...prunedJson(session),
  };
}

/** Keys that only a session has of which something was pruned. */
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

interface SessionJson extends CostJson, PrunedJson {
  session_id: string;
  created_at: string;
  updated_at: string;
  messages_count: number;
  total_input_tokens: number;
  total_output_tokens: number;
  total_reasoning_tokens: number;
  total_cached_tokens: number;
  total_cache_write_tokens: number;
  model: string;
}

interface CostJson {
  cost_usd: number | null;
  unpriced_rounds: number;
}

function costJson(sum: Row): CostJson {
  return { cost_usd: isCostKnown(sum) ? usdOf(sum.cost) : null, unpriced_rounds: sum.unpricedRounds };
}
