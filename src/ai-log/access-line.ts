import { objectMembers, parseJson, parseString, skipSpace, stringEnd, type Member } from './json-spans.ts';

/** What an access log line says, as far as it concerns us. */
export type AccessLine =
  | { kind: 'other' }
  | { kind: 'rejected'; reason: string }
  | {
      kind: 'ai';
      /** The JSON text of the ai_log object, in well-formed Unicode. */
      aiLog: string;
      /** Fields of the line itself, first occurrence; those that occur twice are not believed and left out. */
      fields: Map<string, unknown>;
      /** The rest of the line is no valid JSON, or names a field twice: a client's words broke it. */
      broken: boolean;
    };

const OTHER: AccessLine = { kind: 'other' };

/**
 * Reads one access log line. Envoy's TEXT format escapes nothing, so `user_agent`, `path` and `x_forwarded_for`
 * are the client's own words: only the first `ai_log` counts, and a line that names it twice is rejected.
 */
export function readAccessLine(text: string): AccessLine {
  const open = skipSpace(text, 0);
  const keyAt = skipSpace(text, open + 1);
  return text[open] === '{' && text.startsWith('"ai_log"', keyAt)
    ? readLeading(text, keyAt + '"ai_log"'.length)
    : readAnywhere(text);
}

/** Higress's own order: ai_log comes first, so it is read even where the rest of the line is broken. */
function readLeading(text: string, behindKey: number): AccessLine {
  const colon = skipSpace(text, behindKey);
  if (text[colon] !== ':') return reject('the key ai_log has no value');
  const from = skipSpace(text, colon + 1);
  const to = aiLogEnd(text, from);
  if (to < 0) return reject('ai_log is cut off');
  if (hasAiLogKey(text, to)) return reject('the line names ai_log twice');
  const next = skipSpace(text, to);
  if (text[next] !== ',' && text[next] !== '}') return reject('ai_log is not followed by another field');
  const aiLog = unwrap(text.slice(from, to));
  if (typeof aiLog !== 'string') return aiLog;
  const rest = text[next] === '}' ? '{}' : `{${text.slice(next + 1)}`;
  return { kind: 'ai', aiLog, ...readFields(rest) };
}

/** Any other producer's line: believed only if it is whole, valid JSON with one ai_log. */
function readAnywhere(text: string): AccessLine {
  if (!text.includes('"ai_log"')) return OTHER;
  const open = skipSpace(text, 0);
  const object = objectMembers(text, open);
  if (!object || skipSpace(text, object.end) !== text.length) {
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

/** The text of the ai_log object behind a value: a JSON string of it, or the object itself. */
function unwrap(value: string): string | AccessLine {
  if (value[0] === '{') return value;
  if (value === 'null') return OTHER;
  if (value[0] !== '"') return reject('ai_log is neither an object nor a string');
  const inner = parseString(value)?.toWellFormed().trim();
  if (inner === undefined) return reject('ai_log is not a valid JSON string');
  if (inner === '' || inner === '-' || inner === 'null') return OTHER;
  if (inner[0] !== '{') return reject('ai_log is not an object');
  return inner;
}

/** The fields of the default format that hold the client's own words. */
const CLIENT_WORDS = new Set(['path', 'user_agent', 'x_forwarded_for', 'authority', 'x_request_id']);
const STANDARD = new Set([
  'authority',
  'bytes_received',
  'bytes_sent',
  'downstream_local_address',
  'downstream_remote_address',
  'duration',
  'istio_policy_status',
  'method',
  'path',
  'protocol',
  'request_id',
  'requested_server_name',
  'response_code',
  'response_flags',
  'route_name',
  'start_time',
  'timestamp',
  'trace_id',
  'upstream_cluster',
  'upstream_host',
  'upstream_local_address',
  'upstream_service_time',
  'upstream_transport_failure_reason',
  'user_agent',
  'x_forwarded_for',
  'response_code_details',
]);

function readFields(rest: string): { fields: Map<string, unknown>; broken: boolean } {
  const members = objectMembers(rest, 0)?.members;
  return members ? readMembers(rest, members) : { fields: readBroken(rest), broken: true };
}

/**
 * A quote in the client's words can also add fields and leave the line valid. A field that is not of the
 * default format is not believed where it stands between the client's words and the format's next field.
 */
function readMembers(rest: string, members: Member[]): { fields: Map<string, unknown>; broken: boolean } {
  const fields = new Map<string, unknown>();
  const twice = new Set<string>();
  let suspects: string[] | undefined;
  for (const { key, from, to } of members) {
    if (STANDARD.has(key)) {
      for (const suspect of suspects ?? []) fields.delete(suspect);
      suspects = CLIENT_WORDS.has(key) ? [] : undefined;
    } else {
      suspects?.push(key);
    }
    if (fields.has(key) || twice.has(key)) twice.add(key);
    else fields.set(key, parseJson(rest.slice(from, to)));
  }
  for (const key of twice) fields.delete(key);
  return { fields, broken: twice.size > 0 };
}

/** What can still be trusted of a line that a quote broke: fields that occur once, in the format's own form. */
function readBroken(rest: string): Map<string, unknown> {
  const fields = new Map<string, unknown>();
  for (const key of ['start_time', 'timestamp', 'request_id', 'response_code', 'duration']) {
    const found = [...rest.matchAll(new RegExp(`"${key}":"([^"\\\\]*)"`, 'g'))];
    if (found.length === 1) fields.set(key, found[0]?.[1]);
  }
  return fields;
}
