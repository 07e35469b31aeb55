import { DEFAULT_ORDER, DefaultFields, type Fields } from './default-fields.ts';
import { escapeLone } from './lone-surrogates.ts';
import {
  objectMembers,
  parseJson,
  parseString,
  skipSpace,
  stringEnd,
  type Member,
} from '../platform/json-spans.ts';

/** What we need from an access log line. */
export type AccessLine =
  | { kind: 'other' }
  | { kind: 'rejected'; reason: string }
  | ({
      kind: 'ai';
      /** The JSON text of the ai_log object, in well-formed Unicode. */
      aiLog: string;
    } & LineFields);

/** The fields of a line other than ai_log. */
export interface LineFields {
  /** The fields as JSON, without those that a client may have forged; of a broken line, only those that a round uses. */
  fields: Fields;
  /** The rest of the line is not valid JSON or has a field twice, because a client's text broke it. */
  broken: boolean;
}

const OTHER: AccessLine = { kind: 'other' };

/**
 * Reads one access log line. Envoy's TEXT format escapes nothing, so a client controls `user_agent`, `path` and
 * `x_forwarded_for` byte for byte. Only the first `ai_log` counts, and a line that has it twice is rejected.
 */
export function readAccessLine(text: string): AccessLine {
  const open = skipSpace(text, 0);
  const keyAt = skipSpace(text, open + 1);
  return text[open] === '{' && text.startsWith('"ai_log"', keyAt)
    ? readLeading(text, keyAt + '"ai_log"'.length)
    : readAnywhere(text);
}

/** The order of Higress: ai_log comes first, so it can be read even if the rest of the line is broken. */
function readLeading(text: string, afterKey: number): AccessLine {
  const colon = skipSpace(text, afterKey);
  if (text[colon] !== ':') return reject('the key ai_log has no value');
  const from = skipSpace(text, colon + 1);
  const to = aiLogEnd(text, from);
  if (to < 0) return reject('ai_log is cut off');
  if (hasAiLogKey(text, to)) return reject('the line names ai_log twice');
  const aiLog = unwrap(text.slice(from, to));
  if (typeof aiLog !== 'string') return aiLog;
  const fields = fieldsAfter(text, to);
  return fields ? { kind: 'ai', aiLog, ...fields } : reject('ai_log is not followed by another field');
}

/**
 * Reads the rest of a line, after the value of a leading ai_log. undefined if the line must be rejected because of it:
 * readAccessLine says why.
 */
export function readBehind(text: string): LineFields | undefined {
  return hasAiLogKey(text, 0) ? undefined : fieldsAfter(text, 0);
}

function fieldsAfter(text: string, to: number): LineFields | undefined {
  const next = skipSpace(text, to);
  if (text[next] !== ',' && text[next] !== '}') return undefined;
  const rest = text.slice(text[next] === ',' ? next + 1 : next);
  const fields = DefaultFields.read(rest);
  return fields ? { fields, broken: false } : readFields(`{${rest}`);
}

/** A line of another producer: accepted only if it is complete, valid JSON with one ai_log. */
function readAnywhere(text: string): AccessLine {
  if (!text.includes('"ai_log"'))
    return WIDE_NAMES.some((name) => text.includes(name)) ? reject(WIDE) : OTHER;
  const open = skipSpace(text, 0);
  const object = objectMembers(text, open);
  if (!object || parseJson(text) === undefined) {
    return reject('the line is not valid JSON, and ai_log does not come first');
  }
  const found = object.members.filter((member) => member.key === 'ai_log');
  const [member] = found;
  if (!member) return OTHER;
  if (found.length > 1) return reject('the line names ai_log twice');
  const aiLog = unwrap(text.slice(member.from, member.to));
  if (typeof aiLog !== 'string') return aiLog;
  return { kind: 'ai', aiLog, ...readFields(text.slice(open)) };
}

/** ai_log in UTF-16 and UTF-32, read as UTF-8: PowerShell's `>>` appends them to any file. Also inside a record. */
const WIDE_NAMES = ['\0', '\0\0\0'].map((zeros) => [...'ai_log'].join(zeros));
const WIDE = 'the line is UTF-16, and its log begins in UTF-8: convert the log';

function reject(reason: string): AccessLine {
  return { kind: 'rejected', reason };
}

function aiLogEnd(text: string, from: number): number {
  if (text[from] === '"') return stringEnd(text, from);
  if (text[from] === '{') return objectMembers(text, from)?.end ?? -1;
  const literal = /[^\s,}]*/y;
  literal.lastIndex = from;
  const match = literal.exec(text);
  return match && match[0] !== '' ? from + match[0].length : -1;
}

function hasAiLogKey(text: string, from: number): boolean {
  for (let i = text.indexOf('"ai_log"', from); i >= 0; i = text.indexOf('"ai_log"', i + 1)) {
    if (text[skipSpace(text, i + '"ai_log"'.length)] === ':') return true;
  }
  return false;
}

/** The text of the ai_log object. Its value is that object, or a JSON string of it. */
function unwrap(value: string): string | AccessLine {
  if (value[0] === '{') return value;
  if (value === 'null') return OTHER;
  if (value[0] !== '"') return reject('ai_log is neither an object nor a string');
  const decoded = parseString(value);
  if (decoded === undefined) return reject('ai_log is not a valid JSON string');
  const inner = escapeLone(decoded).trim();
  if (inner === '' || inner === '-' || inner === 'null') return OTHER;
  if (inner[0] !== '{') return reject('ai_log is not an object');
  return inner;
}

const DEFAULT_FIELDS = new Set(DEFAULT_ORDER);
/** The fields beside ai_log that a round uses, each with its other names. */
const ROUND_FIELDS = [
  ['start_time', 'timestamp'],
  ['request_id'],
  ['response_code'],
  ['response_flags'],
  ['duration'],
] as const;
export type RoundField = (typeof ROUND_FIELDS)[number][number];
/** The default fields that contain text of the client. */
const CLIENT_WORDS = new Set([
  'authority',
  'path',
  'request_id',
  'requested_server_name',
  'trace_id',
  'user_agent',
  'x_forwarded_for',
]);

/** ai-statistics writes token details `as_separate_log_field` without escaping their quotes. */
const BARE_DETAILS = /("(?:in|out)put_token_details":)"(\{"[^{}]*\})"/g;

function readFields(rest: string): LineFields {
  return (
    readMembers(rest) ??
    readMembers(rest.replaceAll(BARE_DETAILS, '$1$2')) ?? { fields: readBroken(rest), broken: true }
  );
}

/** An object or array with fields of the format in it: a client's text opened it before them. */
const SWALLOWED = new RegExp(`^[[{][^]*"(?:${DEFAULT_ORDER.join('|')})":`);

/**
 * A quote in a client's text can add fields and still leave the line valid. So a field that occurs twice is not
 * trusted. Nor is a field outside the default format, if it may have come with a client's text: between such text and
 * the next field of the format, or anywhere after it if the fields are not in the format's order. undefined if `rest`
 * is not a complete, valid JSON object, or if a client's text moved fields of the format into another value.
 */
function readMembers(rest: string): LineFields | undefined {
  const object = objectMembers(rest, 0);
  if (!object || skipSpace(rest, object.end) !== rest.length) return undefined;
  const { members } = object;
  const fields = new Map<string, string>();
  const twice = findTwice(members);
  const inOrder = areInOrder(members);
  let hasClientWords = false;
  let suspects: string[] | undefined;
  for (const { key, from, to } of members) {
    const json = rest.slice(from, to);
    if (parseJson(json) === undefined || (hasClientWords && SWALLOWED.test(json))) return undefined;
    if (!twice.has(key)) fields.set(key, json);
    if (inOrder && DEFAULT_FIELDS.has(key) && !twice.has(key)) {
      for (const suspect of suspects ?? []) fields.delete(suspect);
      suspects = undefined;
    }
    hasClientWords ||= CLIENT_WORDS.has(key);
    if (CLIENT_WORDS.has(key)) suspects ??= [];
    else if (key !== 'timestamp' && !DEFAULT_FIELDS.has(key)) suspects?.push(key);
  }
  const broken = twice.size > 0;
  if (broken || !inOrder) for (const suspect of suspects ?? []) fields.delete(suspect);
  // Other producers write timestamp for start_time, anywhere in the line. Who can forge one can forge both.
  if (twice.has('start_time')) fields.delete('timestamp');
  return { fields, broken };
}

/** Whether those fields of the default format that are present are in its order. */
function areInOrder(members: readonly Member[]): boolean {
  const places = members.map(({ key }) => DEFAULT_ORDER.indexOf(key)).filter((place) => place >= 0);
  return places.every((place, i) => i === 0 || place > (places[i - 1] ?? -1));
}

function findTwice(members: readonly Member[]): Set<string> {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const { key } of members) (once.has(key) ? twice : once).add(key);
  return twice;
}

/** What can still be trusted in a line that a quote broke: fields that occur once, written as in the format. */
function readBroken(rest: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const names of ROUND_FIELDS) {
    const [found, another] = rest.matchAll(new RegExp(`"(${names.join('|')})":("[^"\\\\]*")`, 'g'));
    if (found?.[1] && found[2] && !another) fields.set(found[1], found[2]);
  }
  return fields;
}
