import type { AnyRound } from '../ai-log/round.ts';
import type { StoredRound } from './stored-round.ts';

/** Identifies a request within its session, whichever log it is read from. */
export interface RoundIdentity {
  key: string;
  /**
   * The line has its own time and request id. No other request has both, so an equal key is the same request.
   * Otherwise equal keys prove nothing: two requests can look the same.
   */
  isProof: boolean;
}

/** The part of a round that makes up its identity; `time` is null if the line has none of its own. */
interface IdentityFields {
  time: number | null;
  requestId: string | null;
  chatId: string | null;
  responseCode: number | null;
  durationMs: number | null;
  firstTokenMs: number | null;
  model: string;
  consumer: string;
  api: string;
  tokens: readonly number[];
}

/** The identity of a round just read from a log; undefined if its line has nothing of its own. */
export function identityOfRound(round: AnyRound): RoundIdentity | undefined {
  const { input, output, reasoning, cached, cacheWrite } = round.usage;
  return identityOf({ ...round, tokens: [input, output, reasoning, cached, cacheWrite] });
}

/** The identity of a stored round; undefined also if it was imported, because its time is when it was parsed. */
export function identityOfStored(stored: StoredRound): RoundIdentity | undefined {
  if (stored.flags?.includes('imported')) return undefined;
  return identityOf({
    time: stored.flags?.includes('time-missing') ? null : Date.parse(stored.timestamp),
    requestId: stored.request_id ?? null,
    chatId: stored.chat_id ?? null,
    responseCode: stored.response_code ?? null,
    durationMs: stored.duration_ms ?? null,
    firstTokenMs: stored.first_token_ms ?? null,
    model: stored.model,
    consumer: stored.consumer ?? '',
    api: stored.api ?? '',
    tokens: [
      stored.input_tokens,
      stored.output_tokens,
      stored.reasoning_tokens,
      stored.cached_tokens,
      stored.cache_write_tokens,
    ],
  });
}

/**
 * Token counts are not part of a proof: newer builds read some of them differently. A line without a time, a request id
 * and a response id has no identity: lines of different requests are often equal then, for example of refused ones.
 * Stores hold digests of keys (`ImportedLog`), so a key must not change from one version to the next.
 */
function identityOf({ tokens, ...fields }: IdentityFields): RoundIdentity | undefined {
  const { time, requestId, chatId, responseCode, durationMs, firstTokenMs, model, consumer, api } = fields;
  if (time === null && requestId === null && chatId === null) return undefined;
  const isProof = time !== null && requestId !== null;
  const facts = [time, requestId, chatId, responseCode, durationMs, firstTokenMs, model, consumer, api];
  return { key: JSON.stringify(isProof ? facts : [...facts, ...tokens]), isProof };
}
