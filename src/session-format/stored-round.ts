import type { LinePosition } from '../model/log-position.ts';
import type { PriceRef } from '../model/usage-cell.ts';
import type { StoredUsage } from './stored-usage.ts';

/** A slice of a request: `[round, from, count]`. */
export type ContextSlice = [round: number, from: number, count: number];

/**
 * A round as one line of a session file holds it (parsed). Absent keys are left out to save space. A new field needs a
 * line in write-round.ts, one in read-round.ts, and one in docs/store-format.md.
 *
 * `messages`, `system`, `question`, `answer`, `reasoning`, `tool_calls` and `new_messages` are the log's
 * own JSON texts, spliced into the line.
 */
export interface StoredRound extends StoredUsage {
  /** From 1, in the order of the log. */
  round: number;
  /** ISO 8601, UTC, milliseconds. */
  timestamp: string;
  /** Where the round's line begins in the logs. */
  at: LinePosition;
  model: string;
  price: PriceRef;
  flags?: string[];
  /** The usage as the log gave it, where that differs from the normalised counts. */
  logged?: Record<string, unknown>;
  has_tool_calls: boolean;
  response_type?: string;
  consumer?: string;
  api?: string;
  chat_id?: string;
  request_id?: string;
  response_code?: number;
  duration_ms?: number;
  first_token_ms?: number;
  input_token_details?: unknown;
  output_token_details?: unknown;

  // Everything below is text, and absent under --no-content.
  answer?: unknown;
  reasoning?: unknown;
  tool_calls?: unknown;
  /**
   * `question` and `system` are often repeated from round to round. Absent: as in the previous round; null: none;
   * `…_round`: as in that round.
   */
  question?: unknown;
  question_round?: number;
  system?: unknown;
  system_round?: number;
  /** Messages that the session had not stored before. */
  new_messages?: unknown[];
  /** Rebuilds the request: slices of earlier rounds' requests; a slice of this very round counts in `new_messages`. */
  context?: ContextSlice[];
  /** In place of `new_messages` and `context`: a request that is no list (a value the gateway cut is text), or of over 262,144. */
  messages?: unknown;
}

/** A round with its request rebuilt. Every text is JSON as logged: splice it, do not serialise it again. */
export interface ExpandedRound {
  /** The round's line in the session file. */
  line: string;
  stored: StoredRound;
  /** The complete history of the request; null where the log had no list. */
  messages: readonly string[] | null;
  /** The JSON of `messages` where it is no list: a string, usually, that the gateway cut; null where there is none. */
  messagesText: string | null;
  system: string | null;
  question: string | null;
  answer: string | null;
  reasoning: string | null;
  toolCalls: string | null;
  /** How many of the messages the session had not seen before. */
  newMessages: number;
}
