import { isLinePosition } from '../model/log-position.ts';
import { InputOutputError } from '../platform/errors.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';
import { objectMembers, parseJson } from '../platform/json-spans.ts';
import type { ContextSlice, StoredRound } from './stored-round.ts';

/** A stored round's line: its fields, and the JSON of its texts, which are not parsed. */
export interface ReadRound {
  line: string;
  stored: StoredRound;
  texts: ReadonlyMap<string, string>;
}

/** Of a stored round, the part that says which rounds its request is made of. */
export type References = Pick<StoredRound, 'round' | 'context'>;

type TextName = 'messages' | 'new_messages' | 'system' | 'question' | 'answer' | 'reasoning' | 'tool_calls';

const TEXTS: ReadonlySet<string> = new Set<TextName>([
  'messages',
  'new_messages',
  'system',
  'question',
  'answer',
  'reasoning',
  'tool_calls',
]);

type Fields = Required<Omit<StoredRound, TextName>>;
type Check<T> = (value: unknown) => value is T;

const isText: Check<string> = (value) => typeof value === 'string';
const isNumber: Check<number> = (value) => typeof value === 'number';
const isAnything: Check<unknown> = (_value): _value is unknown => true;

/** What each field must be. */
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
  context: isContext,
  question_round: isCount,
  system_round: isCount,
};

/** The fields that every version of this program has written for every round. */
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

/** Reads a stored round's line. Throws InputOutputError, which names the field, where it is not one. */
export function readRound(line: string): ReadRound {
  const members = objectMembers(line, 0)?.members ?? [];
  // Most fields come before the first text, so one parse reads them all.
  const firstText = members.findIndex(({ key }) => TEXTS.has(key));
  const head = firstText < 0 ? members.length : firstText;
  const fields = head === 0 ? {} : parseJson(`${line.slice(0, members[head - 1]?.to)}}`);
  if (!isRecord(fields)) throw damaged('it is not JSON');
  const texts = new Map<string, string>();
  for (const { key, from, to } of members.slice(head)) {
    if (TEXTS.has(key)) texts.set(key, line.slice(from, to));
    else fields[key] = parseJson(line.slice(from, to));
  }
  if (isRound(fields)) return { line, stored: fields, texts };
  throw damaged(`its ${wrongField(fields)} is missing or is not what it should be`, fields['round']);
}

/** The same without reading the texts or other fields. */
export function readReferences(line: string): References {
  const fields: Partial<References> = {};
  for (const { key, from, to } of objectMembers(line, 0)?.members ?? []) {
    if (key !== 'round' && key !== 'context') continue;
    const value = parseJson(line.slice(from, to));
    if (key === 'round' && isCount(value)) fields.round = value;
    else if (key === 'context' && isContext(value)) fields.context = value;
    else throw damaged(`its ${key} is not what it should be`, fields.round);
  }
  const { round, context } = fields;
  if (round === undefined) throw damaged('its round is missing');
  return context ? { round, context } : { round };
}

/** Parses a line that may be damaged, texts included; undefined where it is not a stored round. */
export function parseRound(line: string): StoredRound | undefined {
  const value = parseJson(line);
  return isRecord(value) && isRound(value) ? value : undefined;
}

function isRound(fields: Record<string, unknown>): fields is Record<string, unknown> & StoredRound {
  return wrongField(fields) === undefined;
}

/** The first field that is missing or not what it should be. Fields of later versions are not checked. */
function wrongField(fields: Readonly<Record<string, unknown>>): string | undefined {
  for (const name in fields) if (CHECKS.get(name)?.(fields[name]) === false) return name;
  return REQUIRED.find((name) => fields[name] === undefined);
}

function isTimestamp(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isPriceRef(value: unknown): value is StoredRound['price'] {
  return typeof value === 'string' || isCount(value);
}

function isContext(value: unknown): value is ContextSlice[] {
  return Array.isArray(value) && value.every(isSlice);
}

function isSlice(value: unknown): value is ContextSlice {
  return Array.isArray(value) && value.length === 3 && value.every(isCount);
}

function damaged(problem: string, round?: unknown): InputOutputError {
  const which = typeof round === 'number' ? `round ${round}` : 'a round';
  return new InputOutputError(
    `${which} of a session is damaged in the store: ${problem}. monitor repair shows what can be recovered`,
  );
}
