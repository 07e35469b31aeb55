import { parseJson } from '../platform/json-spans.ts';
import { charactersOf, type AnyRound, type Text } from '../ai-log/round.ts';
import type { LinePosition } from '../model/log-position.ts';
import type { PriceRef } from '../model/usage-cell.ts';
import { sealRound, UNSEALED } from './framing.ts';
import { keptMembers, type KeptFields } from './kept-fields.ts';
import type { ContextSlice, StoredRound } from './stored-round.ts';
import { storedCounts, storedDetails } from './stored-usage.ts';

/** What a round's line holds in addition to the logged values. */
export interface StoredFacts {
  round: number;
  /** Milliseconds since 1970 UTC. */
  time: number;
  at: LinePosition;
  price: PriceRef;
  flags: readonly string[];
  kept: KeptFields;
}

/** The texts of a round as stored: JSON, or nothing if an earlier round has the same text. */
export interface StoredTexts {
  context: ContextSlice[] | null;
  newMessages: readonly Text[];
  system: RepeatedText;
  question: RepeatedText;
}

/** The previous round's text, the text of the round with that number, or the text itself (null: none). */
export type RepeatedText = 'same' | number | { text: Text | null };

/**
 * One line of a session file, in pieces: as characters, or as UTF-8. `texts` is null if no text is kept. Small fields
 * come first, so that readers can stop before the texts. Its checksum is not written yet: see sealRound.
 */
export function storedLine(logged: AnyRound, facts: StoredFacts, texts: StoredTexts | null): Text[] {
  const stored = storedFields(logged, facts);
  const fields = JSON.stringify(texts ? stored : withoutWords(stored));
  const head = `${fields.slice(0, -1)}${keptMembers(facts.kept)}`;
  if (!texts) return [head, UNSEALED];
  const pieces: Text[] = [];
  if (texts.context) {
    pieces.push(`${head},"context":${JSON.stringify(texts.context)},"new_messages":[`);
    for (const [i, message] of texts.newMessages.entries()) {
      if (i > 0) pieces.push(',');
      pieces.push(message);
    }
    pieces.push(']');
  } else {
    pieces.push(head);
  }
  pushMember(pieces, 'messages', logged.messagesText);
  pushRepeated(pieces, 'system', texts.system);
  pushRepeated(pieces, 'question', texts.question);
  pushMember(pieces, 'answer', logged.answer);
  pushMember(pieces, 'reasoning', logged.reasoning);
  pushMember(pieces, 'tool_calls', logged.toolCalls);
  pieces.push(UNSEALED);
  return pieces;
}

/** A stored round's line without its texts, as in a store that keeps none. */
export function wordlessLine(stored: StoredRound, kept: KeptFields): string {
  const { context: _c, question_round: _q, system_round: _s, fields_cut: _f, crc: _crc, ...fields } = stored;
  const line = Buffer.from(
    `${JSON.stringify(withoutWords(fields)).slice(0, -1)}${keptMembers(kept)}${UNSEALED}`,
  );
  sealRound(line);
  return line.toString();
}

function pushMember(pieces: Text[], key: string, json: Text | null): void {
  if (json !== null) pieces.push(`,"${key}":`, json);
}

function pushRepeated(pieces: Text[], key: string, text: RepeatedText): void {
  if (text === 'same') return;
  if (typeof text === 'number') pieces.push(`,"${key}_round":${text}`);
  else pieces.push(`,"${key}":`, text.text ?? 'null');
}

function storedFields(logged: AnyRound, facts: StoredFacts): Partial<StoredRound> {
  const { usage, loggedUsage } = logged;
  const { input_tokens, output_tokens, reasoning_tokens, cached_tokens, cache_write_tokens } =
    storedCounts(usage);
  // Not a spread, which takes much longer, and this runs for every round.
  const stored: Partial<StoredRound> = {
    round: facts.round,
    timestamp: new Date(facts.time).toISOString(),
    at: facts.at,
    model: logged.model,
    input_tokens,
    output_tokens,
    reasoning_tokens,
    cached_tokens,
    cache_write_tokens,
    price: facts.price,
  };
  if (facts.flags.length > 0) stored.flags = [...facts.flags];
  if (usage.details) stored.usage_details = storedDetails(usage.details);
  if (isLoggedOtherwise(logged)) stored.logged = loggedCounts(logged);
  const { input_token_details: input, output_token_details: output } = loggedUsage;
  if (input != null) stored.input_token_details = details(input);
  if (output != null) stored.output_token_details = details(output);
  stored.has_tool_calls = logged.toolCalls !== null && hasCalls(logged.toolCalls);
  if (logged.responseType !== null) stored.response_type = logged.responseType;
  if (logged.consumer !== '') stored.consumer = logged.consumer;
  if (logged.api !== '') stored.api = logged.api;
  if (logged.chatId !== null) stored.chat_id = logged.chatId;
  if (logged.requestId !== null) stored.request_id = logged.requestId;
  if (logged.responseCode !== null) stored.response_code = logged.responseCode;
  if (usage.serviceTier !== undefined) stored.service_tier = usage.serviceTier;
  if (logged.durationMs !== null) stored.duration_ms = logged.durationMs;
  if (logged.firstTokenMs !== null) stored.first_token_ms = logged.firstTokenMs;
  return stored;
}

function hasCalls(json: Text): boolean {
  // What begins so is not decoded: lists of calls are long.
  const second = typeof json === 'string' ? json.charCodeAt(1) : json[1];
  return second === OPEN_OBJECT || !NO_CALLS.test(charactersOf(json));
}

const NO_CALLS = /^(?:\[\s*\]|"")$/;
const OPEN_OBJECT = 0x7b;

const SHORT_WORD = /^[a-z0-9_-]{1,32}$/;

/** Clients can influence what a log has for a count or a type, so only numbers and known types are kept. */
function withoutWords(fields: Partial<StoredRound>): Partial<StoredRound> {
  const { logged, input_token_details, output_token_details, response_type, service_tier, ...numbers } =
    fields;
  return {
    ...numbers,
    ...(logged && { logged: numbersOf(logged) }),
    ...(input_token_details !== undefined && { input_token_details: numbersOf(input_token_details) }),
    ...(output_token_details !== undefined && { output_token_details: numbersOf(output_token_details) }),
    ...(service_tier !== undefined && SHORT_WORD.test(service_tier) && { service_tier }),
    ...((response_type === 'stream' || response_type === 'normal') && { response_type }),
  };
}

function numbersOf(value: unknown): Record<string, number> {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return Object.fromEntries(
    members.filter(
      (member): member is [string, number] => /^\w{1,40}$/.test(member[0]) && typeof member[1] === 'number',
    ),
  );
}

const COUNTS = ['input_token', 'output_token', 'total_token', 'reasoning_tokens', 'cached_tokens'] as const;

function loggedCounts(logged: AnyRound): Record<string, unknown> {
  return Object.fromEntries(
    COUNTS.filter((key) => Object.hasOwn(logged.loggedUsage, key)).map((key) => [
      key,
      logged.loggedUsage[key],
    ]),
  );
}

function isLoggedOtherwise({ usage, loggedUsage }: AnyRound): boolean {
  const { input_token, output_token, total_token, reasoning_tokens, cached_tokens } = loggedUsage;
  return (
    isOther(input_token, usage.input) ||
    isOther(output_token, usage.output) ||
    isOther(total_token, usage.input + usage.output) ||
    isOther(reasoning_tokens, usage.reasoning) ||
    isOther(cached_tokens, usage.cached)
  );
}

function isOther(logged: unknown, count: number): boolean {
  return logged !== undefined && Number(logged) !== count;
}

/** Details are logged as an object or as the JSON of one. */
function details(value: unknown): unknown {
  return typeof value === 'string' ? (parseJson(value) ?? value) : value;
}
