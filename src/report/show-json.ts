import type { ExpandedRound } from '../ai-log/stored-round.ts';
import { usdOf } from '../pricing/money.ts';
import { sessionTotals } from './aggregate.ts';
import { sessionJson } from './json.ts';
import type { ShownSession } from './show.ts';

/**
 * `show --json`, piece by piece: no piece holds more than one message, as each request repeats the history.
 * Texts are spliced as the log wrote them: 1.0, 2^53+1, key order and duplicate keys survive.
 */
export function* showJson(shown: ShownSession, withMessages: boolean): Generator<string> {
  const { session, rounds, costOf } = shown;
  const head = JSON.stringify({ version: 1, ...sessionJson(session, sessionTotals(session)) });
  yield `${head.slice(0, -1)},"rounds":[`;
  let separator = '\n';
  for (const round of rounds) {
    yield separator;
    yield* roundJson(round, costOf(round), withMessages);
    separator = ',\n';
  }
  yield '\n]}\n';
}

function* roundJson(round: ExpandedRound, cost: bigint | null, withMessages: boolean): Generator<string> {
  const { stored } = round;
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
  yield head.slice(0, -1);
  if (withMessages) {
    yield ',"messages":';
    yield* messagesJson(round);
  }
  yield `,"question":${round.question ?? 'null'}`;
  yield `,"answer":${round.answer ?? 'null'}`;
  yield `,"reasoning":${round.reasoning ?? 'null'}`;
  yield `,"tool_calls":${round.toolCalls ?? 'null'}`;
  const details = JSON.stringify({
    input_token_details: stored.input_token_details ?? null,
    output_token_details: stored.output_token_details ?? null,
  });
  yield `,${details.slice(1, -1)},"system":${round.system ?? 'null'}`;
  const rest = JSON.stringify({
    cache_write_tokens: stored.cache_write_tokens,
    cost_usd: cost === null ? null : usdOf(cost),
    price_state: typeof stored.price === 'number' ? 'priced' : stored.price,
    flags: stored.flags ?? [],
    request_id: stored.request_id ?? null,
    response_code: stored.response_code ?? null,
    consumer: stored.consumer ?? null,
    api: stored.api ?? null,
    chat_id: stored.chat_id ?? null,
    duration_ms: stored.duration_ms ?? null,
    first_token_ms: stored.first_token_ms ?? null,
  });
  yield `,${rest.slice(1)}`;
}

function* messagesJson({ messages, messagesText }: ExpandedRound): Generator<string> {
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
