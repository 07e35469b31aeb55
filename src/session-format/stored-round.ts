import { isLinePosition, type LinePosition } from '../model/log-position.ts';
import type { PriceRef } from '../model/usage-cell.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';
import type { StoredUsage } from './stored-usage.ts';

/** A slice of a request: `[round, from, count]`. */
export type ContextSlice = [round: number, from: number, count: number];

/**
 * A round as parsed from its line of a session file. Keys are absent if they have no value. A new field is
 * added here, with its check below, in write-round.ts, and in docs/store-format.md.
 *
 * `messages`, `system`, `question`, `answer`, `reasoning`, `tool_calls`, `new_messages`, and the values in
 * `attributes` and `access_log`, are the log's own JSON texts, spliced into the line.
 */
export interface StoredRound extends StoredUsage {
  /** Counted from 1, in log order. */
  round: number;
  /** ISO 8601, UTC, milliseconds. */
  timestamp: string;
  /** Where the round's line begins in the logs: log id and offset. */
  at: LinePosition;
  model: string;
  price: PriceRef;
  flags?: string[];
  /** The usage as logged, if it differs from the normalised counts. */
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
  /** Attributes of ai_log, and fields of the line, that have no name of their own here: names and JSON as logged. */
  attributes?: unknown;
  access_log?: unknown;
  /** The length in bytes, as logged, of those that are too long to keep as a whole, or that had no room. */
  fields_cut?: Record<string, unknown>;
  /** The line did not match its checksum when a repair copied it: something in it has changed. */
  altered?: boolean;
  /** The store's gateway, if several stores are read as one. No file has it. */
  gateway?: string;
  /** CRC-32 of the line before this member, in hexadecimal digits. Older builds did not write it. */
  crc?: string;

  // Everything below is text, and absent with --no-content.
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
  /** Rebuilds the request from slices of earlier requests; a slice of this round refers to its `new_messages`. */
  context?: ContextSlice[];
  /** Instead of `new_messages` and `context`: a request that is not a list (it was cut), or has over 262,144. */
  messages?: unknown;
}

/** A round with its request rebuilt. Every text is JSON as logged: splice it, do not serialise it again. */
export interface ExpandedRound {
  /** The round's line in the session file. */
  line: string;
  stored: StoredRound;
  /** The complete history of the request; null if the log had no list. */
  messages: readonly string[] | null;
  /** The JSON of `messages` if it is not a list, usually a string that the gateway cut; otherwise null. */
  messagesText: string | null;
  system: string | null;
  question: string | null;
  answer: string | null;
  reasoning: string | null;
  toolCalls: string | null;
  /** Of the round's line, what has no name of its own: two objects; null if there is nothing. */
  attributes: string | null;
  accessLog: string | null;
  /** How many of the messages are new to the session. */
  newMessages: number;
}

type TextName =
  | 'messages'
  | 'new_messages'
  | 'system'
  | 'question'
  | 'answer'
  | 'reasoning'
  | 'tool_calls'
  | 'attributes'
  | 'access_log';

/** The fields that hold texts: they are read as JSON and never parsed. */
export const TEXTS: ReadonlySet<string> = new Set<TextName>([
  'messages',
  'new_messages',
  'system',
  'question',
  'answer',
  'reasoning',
  'tool_calls',
  'attributes',
  'access_log',
]);

type Fields = Required<Omit<StoredRound, TextName>>;
type Check<T> = (value: unknown) => value is T;

const isText: Check<string> = (value) => typeof value === 'string';
const isNumber: Check<number> = (value) => typeof value === 'number';
const isAnything: Check<unknown> = (_value): _value is unknown => true;

/** The check for each field. */
const FIELDS: { readonly [name in keyof Fields]: Check<Fields[name]> } = {
  round: isCount,
  timestamp: isTimestamp,
  at: isLinePosition,
  model: isText,
  input_tokens: isCount,
  output_tokens: isCount,
  reasoning_tokens: isCount,
  cached_tokens: isCount,
  cache_write_tokens: isCount,
  price: isPriceRef,
  flags: (value) => Array.isArray(value) && value.every(isText),
  usage_details: (value): value is Fields['usage_details'] =>
    isRecord(value) && Object.values(value).every(isCount),
  logged: isRecord,
  input_token_details: isAnything,
  output_token_details: isAnything,
  has_tool_calls: (value) => typeof value === 'boolean',
  response_type: isText,
  consumer: isText,
  api: isText,
  chat_id: isText,
  request_id: isText,
  response_code: isNumber,
  service_tier: isText,
  duration_ms: isNumber,
  first_token_ms: isNumber,
  fields_cut: isRecord,
  altered: (value) => typeof value === 'boolean',
  gateway: isText,
  crc: isText,
  context: isContext,
  question_round: isCount,
  system_round: isCount,
};

/** The fields that every version of this program writes for every round. */
const REQUIRED = [
  'round',
  'timestamp',
  'at',
  'model',
  'input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'price',
  'has_tool_calls',
] as const satisfies readonly (keyof StoredRound)[];

const CHECKS = new Map<string, (value: unknown) => boolean>(Object.entries(FIELDS));

export function isStoredRound(
  fields: Record<string, unknown>,
): fields is Record<string, unknown> & StoredRound {
  return wrongField(fields) === undefined;
}

/** The first field that is missing or invalid. Fields of later versions are not checked. */
export function wrongField(fields: Readonly<Record<string, unknown>>): string | undefined {
  for (const name in fields) if (CHECKS.get(name)?.(fields[name]) === false) return name;
  return REQUIRED.find((name) => fields[name] === undefined);
}

function isTimestamp(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

const UNPRICED: ReadonlySet<unknown> = new Set<PriceRef>(['free', 'gateway-cache', 'no-usage', 'unpriced']);

function isPriceRef(value: unknown): value is PriceRef {
  return isCount(value) || UNPRICED.has(value);
}

export function isContext(value: unknown): value is ContextSlice[] {
  return Array.isArray(value) && value.every(isSlice);
}

function isSlice(value: unknown): value is ContextSlice {
  return Array.isArray(value) && value.length === 3 && value.every(isCount);
}
