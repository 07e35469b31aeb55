import { isUtf8 } from 'node:buffer';
import { readBehind, type LineFields } from './access-line.ts';
import { fillIn, isTextKey, mendText, noTexts, type Attributes } from './attributes.ts';
import { elementSpans, objectMembers, parseJson, type Member, type Span } from './json-spans.ts';
import type { FoundRuns, KnownRequests } from './known-requests.ts';
import { DEFAULT_SESSION, toRound, type LoggedRound } from './round.ts';
import { unescapeBytes } from './unescape-bytes.ts';

/** A round that was read from bytes; `remember` is to be called once the session has taken it in. */
export interface RawRound {
  kind: 'round';
  round: LoggedRound<string | number>;
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
 * ends just where it was taken to end. The JSON that comes out is parsed; each `0` must have become an element of
 * `messages`. A parser's state before and behind a run of whole elements is the same as before and behind one element,
 * so the whole text is valid just as the shortened one is, and says the same beside that run.
 *
 * UTF-8 is never decoded where nobody asks for characters: every byte of the text is one character of a latin1 string.
 * No byte of a longer UTF-8 sequence looks like one of JSON's own characters, so JSON is read from it all the same.
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

  const short = shorten(line, from, end, found);
  if (!short) return undefined;
  const aiLog = readShort(short);
  const fields = aiLog && readBehind(line.toString('utf8', end + 1));
  if (!aiLog || !fields || !fillInBytes(aiLog.attributes, fields)) return undefined;

  const ends = aiLog.spans && messageEnds(line, from, aiLog.spans, short, found);
  if (found && !ends) return undefined;
  const messages = aiLog.spans && listMessages(short, aiLog.spans, found);
  const round = toRound(aiLog.attributes, messages ?? null, fields, 'latin1');
  if (found && round.sessionId !== hint) return undefined;
  return {
    kind: 'round',
    round,
    remember: (known, ordinals) => ends && known.keep(line, from, ends, ordinals, found),
  };
}

/** The round with its texts in characters. */
export function decodeTexts(round: LoggedRound<string | number>): LoggedRound<string | number> {
  if (round.encoding === 'utf8') return round;
  return {
    ...round,
    encoding: 'utf8',
    messages: round.messages?.map((one) => (typeof one === 'string' ? decode(one) : one)) ?? null,
    messagesText: decodeOrNull(round.messagesText),
    system: decodeOrNull(round.system),
    question: decodeOrNull(round.question),
    answer: decodeOrNull(round.answer),
    reasoning: decodeOrNull(round.reasoning),
    toolCalls: decodeOrNull(round.toolCalls),
  };
}

const START = Buffer.from('{"ai_log":"{');
const END = Buffer.from('}"');
const MESSAGES = Buffer.from(String.raw`\"messages\":[`);
const SESSION = Buffer.from(String.raw`\"session_id\":\"`);

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const ZERO = 0x30;

/** Which session the line may be of. What it is of is read later; until then this is a guess. */
function sessionHint(line: Buffer, end: number): string | undefined {
  const key = line.lastIndexOf(SESSION, end);
  if (key < 0) return DEFAULT_SESSION;
  const from = key + SESSION.length;
  const to = line.indexOf(BACKSLASH, from);
  return line[to + 1] === QUOTE && to > from ? line.toString('utf8', from, to) : undefined;
}

/** The text of ai_log, a `0` in the place of each known run. */
interface ShortText {
  /** In latin1: one character for each byte. */
  text: string;
  /** Where the list of messages was thought to begin, behind its bracket. */
  listAt: number;
  /** Where each `0` stands. */
  marks: number[];
}

/** Undefined where a byte of it is not as it must be. `from`: where messages begin; `end`: the quote behind ai_log. */
function shorten(
  line: Buffer,
  from: number,
  end: number,
  found: FoundRuns | undefined,
): ShortText | undefined {
  const target = scratchOf(end);
  const marks: number[] = [];
  const listAt = unescapeBytes(line, START.length - 1, from, target, 0);
  let length = listAt;
  let at = from;
  for (const run of found?.runs ?? []) {
    if (length < 0) return undefined;
    length = unescapeBytes(line, at, run.from, target, length);
    if (length < 0) return undefined;
    marks.push(length);
    target[length++] = ZERO;
    at = run.to;
  }
  if (length >= 0) length = unescapeBytes(line, at, end, target, length);
  const bytes = length < 0 ? undefined : target.subarray(0, length);
  return bytes && isUtf8(bytes) ? { text: bytes.toString('latin1'), listAt, marks } : undefined;
}

const SCRATCH_BYTES = 1 << 20;
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

function scratchOf(length: number): Buffer {
  return length <= SCRATCH_BYTES ? scratch : Buffer.allocUnsafeSlow(length);
}

interface ShortLog {
  attributes: Attributes;
  /** The elements of `messages`; undefined where it is no list. */
  spans: Span[] | undefined;
}

function readShort({ text, listAt, marks }: ShortText): ShortLog | undefined {
  const members = parseJson(text) === undefined ? undefined : objectMembers(text, 0)?.members;
  if (!members || hasOddKeys(members)) return undefined;
  const values = new Map<string, string>();
  const texts = noTexts();
  let spans: Span[] | undefined;
  for (const { key, from, to } of members) {
    const json = text.slice(from, to);
    if (!isTextKey(key)) values.set(key, decode(json));
    else if (json !== 'null') texts[key] = mendText(key, json);
    if (key === 'messages' && json.startsWith('[')) {
      spans = elementSpans(text, from);
      // What was left out was left out of the list of messages, and of nothing else.
      if (!spans || from + 1 !== listAt) return undefined;
    }
  }
  let mark = 0;
  for (const { from, to } of spans ?? []) if (from === marks[mark] && to === from + 1) mark++;
  return mark === marks.length ? { attributes: { values, texts }, spans } : undefined;
}

/** A key that stands twice, or has characters that were not decoded. */
function hasOddKeys(members: readonly Member[]): boolean {
  return (
    new Set(members.map(({ key }) => key)).size < members.length || members.some(({ key }) => !isAscii(key))
  );
}

/** Fields of the line that fill in what ai_log lacks; false where they bring messages. */
function fillInBytes({ values, texts }: Attributes, { fields }: LineFields): boolean {
  const separate = noTexts();
  fillIn({ values, texts: separate }, fields);
  for (const [key, text] of Object.entries(separate)) {
    if (text === null || !isTextKey(key)) continue;
    if (key === 'messages') return false;
    texts[key] ??= encode(text);
  }
  return true;
}

/**
 * Where each message ends in the line, counted from the first one's beginning; undefined where something else than one
 * comma stands between two. Goes along in the line and in the short text at once.
 */
function messageEnds(
  line: Buffer,
  from: number,
  spans: readonly Span[],
  { listAt, marks }: ShortText,
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
      for (; shortAt < span.to; shortAt++) at += line[at] === BACKSLASH ? 2 : 1;
      ends.push(at - from);
    }
    at++;
    shortAt++;
  }
  return ends;
}

function listMessages(
  { text, marks }: ShortText,
  spans: readonly Span[],
  found: FoundRuns | undefined,
): (string | number)[] {
  const messages: (string | number)[] = [];
  let mark = 0;
  for (const { from, to } of spans) {
    const run = from === marks[mark] ? found?.runs[mark++] : undefined;
    if (!run || !found) messages.push(text.slice(from, to));
    else for (let i = 0; i < run.count; i++) messages.push(found.request.ordinals[run.first + i] ?? 0);
  }
  return messages;
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

/** Bytes as characters → the text that they are the UTF-8 of, and back. */
function decode(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString();
}

function decodeOrNull(bytes: string | null): string | null {
  return bytes === null ? null : decode(bytes);
}

function encode(text: string): string {
  return isAscii(text) ? text : Buffer.from(text).toString('latin1');
}
