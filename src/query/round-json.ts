import type { ExpandedRound, StoredRound } from '../session-format/stored-round.ts';
import { objectJson, type KeptFields } from '../session-format/kept-fields.ts';
import { boundOf } from '../pricing/bounds.ts';
import { exactUsd } from '../pricing/money.ts';
import { shownCost, type ShownMoney } from './round-money.ts';

// A round's JSON, as `show --json` prints it, in two parts, with the request's messages between them. JSON from the log is
// spliced in as it was written: 1.0, 2^53+1, key order and duplicate keys survive.

/** The start of a round's object, without the closing bracket. */
export function headJson(stored: StoredRound): string {
  const head = JSON.stringify({
    round: stored.round,
    timestamp: stored.timestamp,
    input_tokens: stored.input_tokens,
    output_tokens: stored.output_tokens,
    reasoning_tokens: stored.reasoning_tokens,
    cached_tokens: stored.cached_tokens,
    model: stored.model,
    has_tool_calls: stored.has_tool_calls,
    response_type: stored.response_type ?? null,
  });
  return head.slice(0, -1);
}

/** The rest of the object, from a comma to the closing bracket, in pieces. `gateway`: if it is to be named. */
export function* restJson(round: ExpandedRound, money: ShownMoney, gateway?: string): Generator<string> {
  yield `,"question":${round.question ?? 'null'}`;
  yield `,"answer":${round.answer ?? 'null'}`;
  yield `,"reasoning":${round.reasoning ?? 'null'}`;
  yield `,"tool_calls":${round.toolCalls ?? 'null'}`;
  yield `${detailsJson(round.stored)},"system":${round.system ?? 'null'}`;
  yield factsJson(round.stored, money);
  yield keptJson(round.stored, round.attributes, round.accessLog, gateway);
}

/** The rest of the object without any text of the conversation. */
export function wordlessJson(
  stored: StoredRound,
  money: ShownMoney,
  kept: KeptFields,
  gateway?: string,
): string {
  return (
    detailsJson(stored) +
    factsJson(stored, money) +
    keptJson(stored, objectJson(kept.attributes), objectJson(kept.accessLog), gateway)
  );
}

/** What the line said under other names than those above. */
function keptJson(
  { fields_cut: cut = {} }: StoredRound,
  attributes: string | null,
  accessLog: string | null,
  gateway: string | undefined,
): string {
  const named = gateway === undefined ? '' : `,"gateway":${JSON.stringify(gateway)}`;
  return `,"attributes":${attributes ?? 'null'},"access_log":${accessLog ?? 'null'},"fields_cut":${JSON.stringify(cut)}${named}}`;
}

function detailsJson(stored: StoredRound): string {
  const details = JSON.stringify({
    input_token_details: stored.input_token_details ?? null,
    output_token_details: stored.output_token_details ?? null,
  });
  return `,${details.slice(1, -1)}`;
}

/** Costs are written exactly, which can take more digits than a double has. */
function factsJson(stored: StoredRound, money: ShownMoney): string {
  const { price, cost, currency, inexact } = money;
  const shown = shownCost(money);
  const rest = JSON.stringify({
    price_state: typeof price === 'number' ? 'priced' : price,
    flags: stored.flags ?? [],
    request_id: stored.request_id ?? null,
    response_code: stored.response_code ?? null,
    consumer: stored.consumer ?? null,
    api: stored.api ?? null,
    chat_id: stored.chat_id ?? null,
    duration_ms: stored.duration_ms ?? null,
    first_token_ms: stored.first_token_ms ?? null,
    usage_details: stored.usage_details ?? null,
    service_tier: stored.service_tier ?? null,
    cost_bound: boundOf(inexact),
    bound_reasons: inexact,
    currency: cost === null ? null : shown.currency,
  });
  const amount = cost === null ? 'null' : exactUsd(cost);
  const usd = currency === 'USD' ? amount : 'null';
  return `,"cache_write_tokens":${stored.cache_write_tokens},"cost_usd":${usd},${rest.slice(1, -1)},"cost":${shown.cost === null ? 'null' : exactUsd(shown.cost)}`;
}

/** The request's complete history, in pieces of at most one message. */
export function* messagesJson({ messages, messagesText }: ExpandedRound): Generator<string> {
  if (messages === null) {
    yield messagesText ?? '[]';
    return;
  }
  let separator = '[';
  for (const message of messages) {
    yield separator;
    yield message;
    separator = ',';
  }
  yield separator === '[' ? '[]' : ']';
}
