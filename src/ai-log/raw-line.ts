import { readBehind, type LineFields } from './access-line.ts';
import { fillIn, isTextKey, mendText, noTexts, type Attributes, type TextKey } from './attributes.ts';
import { byteElements, byteMembers, valueEnd, type ByteMember } from './json-bytes.ts';
import type { Span } from './json-spans.ts';
import type { FoundRuns, KnownRequests } from './known-requests.ts';
import { DEFAULT_SESSION, toRound, type LoggedRound } from './round.ts';
import { shorten, type ShortText } from './short-text.ts';

/**
 * A round that was read from bytes; its texts are valid until the next one is read. `remember` is to be called once the
 * session has taken it in.
 */
export interface RawRound {
  kind: 'round';
  round: LoggedRound<Uint8Array, Uint8Array | number>;
  /** Keeps the request for the next one. `ordinals`: what its messages are in the session's memory. */
  remember(known: KnownRequests, ordinals: readonly number[]): void;
}

/**
 * The fast road: reads a line of an AI call without decoding what its session has sent before. It knows one form of
 * line, the one that Envoy and the plugin print; undefined for every other, and at any doubt: readLogLine, which reads
 * all of a line, then says what it is. What this returns is what readLogLine would, in other clothes.
 *
 * Why the shortcuts hold. `ai_log` is JSON, escaped into a string. Runs of messages that are known (the same bytes as
 * in an earlier request, where they were valid JSON, each whole) are left out, and a `0` stands for each. The rest is
 * unescaped byte by byte, which stops at any quote, backslash or control byte that is not as it must be: so the string
 * ends just where it was taken to end. The JSON that comes out is checked; each `0` must have become an element of
 * `messages`. A parser's state before and behind a run of whole elements is the same as before and behind one element,
 * so the whole text is valid just as the shortened one is, and says the same beside that run.
 *
 * UTF-8 is never decoded where nobody asks for characters, and no value is made that nobody asks for: no byte of a longer
 * UTF-8 sequence looks like one of JSON's own characters, so JSON is checked and cut out as bytes.
 */
export function readRawLine(
  line: Buffer,
  findKnown: (sessionId: string) => KnownRequests | undefined,
): RawRound | undefined {
  if (!line.subarray(0, START.length).equals(START)) return undefined;
  // The last, not the first: a later one is the client's, and then there is a quote where none may be.
  const end = line.lastIndexOf(END) + 1;
  if (end <= START.length) return undefined;
  const key = line.indexOf(MESSAGES, START.length);
  const from = key < 0 || key > end ? end : key + MESSAGES.length;
  const hint = from < end ? sessionHint(line, end) : undefined;
  const found = hint === undefined ? undefined : findKnown(hint)?.find(line, from, end);

  const short = shorten(line, START.length - 1, from, end, found);
  if (!short) return undefined;
  const aiLog = readShort(short);
  const fields = aiLog && readBehind(line.toString('utf8', end + 1));
  if (!aiLog || !fields || !fillInBytes(aiLog.attributes, fields)) return undefined;

  const ends = aiLog.spans && messageEnds(from, aiLog.spans, short, found);
  if (found && !ends) return undefined;
  const messages = aiLog.spans && listMessages(short, aiLog.spans, found);
  const round = toRound(aiLog.attributes, messages ?? null, fields);
  if (found && round.sessionId !== hint) return undefined;
  return {
    kind: 'round',
    round,
    remember: (known, ordinals) => ends && known.keep(line, from, ends, ordinals, found),
  };
}

const START = Buffer.from('{"ai_log":"{');
const END = Buffer.from('}"');
const MESSAGES = Buffer.from(String.raw`\"messages\":[`);
const SESSION = Buffer.from(String.raw`\"session_id\":\"`);

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const OPEN_LIST = 0x5b;
const HIGH_BIT = 0x80;

/** Which session the line may be of. What it is of is read later; until then this is a guess. */
function sessionHint(line: Buffer, end: number): string | undefined {
  const key = line.lastIndexOf(SESSION, end);
  if (key < 0) return DEFAULT_SESSION;
  const from = key + SESSION.length;
  const to = line.indexOf(BACKSLASH, from);
  return line[to + 1] === QUOTE && to > from ? line.toString('utf8', from, to) : undefined;
}

interface ShortLog {
  attributes: Attributes<Uint8Array>;
  /** The elements of `messages`; undefined where it is no list. */
  spans: Span[] | undefined;
}

function readShort({ bytes, length, listAt, marks }: ShortText): ShortLog | undefined {
  let list: ReturnType<typeof byteElements>;
  const object = byteMembers(bytes, 0, (key, at) => {
    // What was left out was left out of the list of messages, and of nothing else.
    if (at !== listAt - 1 || bytes[at] !== OPEN_LIST || nameOf(bytes, key) !== 'messages')
      return valueEnd(bytes, at);
    list = byteElements(bytes, at);
    return list?.end ?? -1;
  });
  if (object?.end !== length) return undefined;
  const attributes = readMembers(bytes, object.members);
  const spans = list?.elements;
  const isOtherList = !spans && attributes?.texts.messages?.[0] === OPEN_LIST;
  if (!attributes || isOtherList) return undefined;
  let mark = 0;
  for (const { from, to } of spans ?? []) if (from === marks[mark] && to === from + 1) mark++;
  return mark === marks.length ? { attributes, spans } : undefined;
}

/** Undefined where a key stands twice, or is not told from its bytes. */
function readMembers(bytes: Buffer, members: readonly ByteMember[]): Attributes<Uint8Array> | undefined {
  const values = new Map<string, string>();
  const texts = noTexts<Uint8Array>();
  const keys = new Set<string>();
  for (const { key, value } of members) {
    const name = nameOf(bytes, key);
    if (name === undefined) return undefined;
    keys.add(name);
    if (!isTextKey(name)) values.set(name, bytes.toString('utf8', value.from, value.to));
    else if (!isNull(bytes, value)) texts[name] = mendBytes(name, bytes.subarray(value.from, value.to));
  }
  return keys.size === members.length ? { values, texts } : undefined;
}

/** A key as it stands there; undefined where something in it is escaped, or beyond ASCII. */
function nameOf(bytes: Buffer, { from, to }: Span): string | undefined {
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte === BACKSLASH || byte >= HIGH_BIT) return undefined;
  }
  return bytes.toString('latin1', from, to);
}

function isNull(bytes: Buffer, { from, to }: Span): boolean {
  return to - from === NULL.length && bytes.compare(NULL, 0, NULL.length, from, to) === 0;
}

const NULL = Buffer.from('null');
/** What mendText looks for; as bytes, most texts are told from it at once. */
const TO_MEND = Buffer.from('{}{');

function mendBytes(key: TextKey, json: Buffer): Uint8Array {
  return key === 'tool_calls' && json.includes(TO_MEND) ? Buffer.from(mendText(key, json.toString())) : json;
}

/** Fields of the line that fill in what ai_log lacks; false where they bring messages. */
function fillInBytes({ values, texts }: Attributes<Uint8Array>, { fields }: LineFields): boolean {
  const separate = noTexts<string>();
  fillIn({ values, texts: separate }, fields);
  for (const [key, text] of Object.entries(separate)) {
    if (text === null || !isTextKey(key)) continue;
    if (key === 'messages') return false;
    texts[key] ??= Buffer.from(text);
  }
  return true;
}

/**
 * Where each message ends in the line, counted from the first one's beginning; undefined where something else than one
 * comma stands between two. Goes along in the line and in the short text at once.
 */
function messageEnds(
  from: number,
  spans: readonly Span[],
  { bytes, listAt, marks }: ShortText,
  found: FoundRuns | undefined,
): number[] | undefined {
  const ends: number[] = [];
  let at = from;
  let shortAt = listAt;
  let mark = 0;
  for (const span of spans) {
    if (span.from !== shortAt) return undefined;
    const run = span.from === marks[mark] ? found?.runs[mark++] : undefined;
    if (run && found) {
      const { ends: known } = found.request;
      const shift = run.to - from - (known[run.first + run.count - 1] ?? 0);
      for (let i = run.first; i < run.first + run.count; i++) ends.push((known[i] ?? 0) + shift);
      at = run.to;
      shortAt = span.to;
    } else {
      at += span.to - span.from + countEscaped(bytes, span);
      shortAt = span.to;
      ends.push(at - from);
    }
    at++;
    shortAt++;
  }
  return ends;
}

/** How many bytes have a backslash before them in the line. */
function countEscaped(bytes: Uint8Array, { from, to }: Span): number {
  let count = 0;
  for (let i = from; i < to; i++) if (bytes[i] === QUOTE || bytes[i] === BACKSLASH) count++;
  return count;
}

function listMessages(
  { bytes, marks }: ShortText,
  spans: readonly Span[],
  found: FoundRuns | undefined,
): (Uint8Array | number)[] {
  const messages: (Uint8Array | number)[] = [];
  let mark = 0;
  for (const { from, to } of spans) {
    const run = from === marks[mark] ? found?.runs[mark++] : undefined;
    if (!run || !found) messages.push(bytes.subarray(from, to));
    else for (let i = 0; i < run.count; i++) messages.push(found.request.ordinals[run.first + i] ?? 0);
  }
  return messages;
}
