import { isUtf8 } from 'node:buffer';
import { readBehind, type LineFields } from '../access-line.ts';
import { fillIn, isTextKey, mendText, noTexts, type Attributes, type TextKey } from '../attributes.ts';
import { EscapedJson, OPEN_LIST } from './escaped-json.ts';
import type { Span } from '../../platform/json-spans.ts';
import type { FoundRuns, RequestPrefixCache } from './request-prefix-cache.ts';
import { sentIn } from './raw-marks.ts';
import { readRawMessages, type RawMessages } from './raw-messages.ts';
import { DEFAULT_SESSION, toRound, type LoggedRound } from '../round.ts';

/**
 * A round that was read from bytes; its texts are valid until the next one is read. `remember` is to be called once the
 * session has taken it in.
 */
export interface RawRound {
  kind: 'round';
  round: LoggedRound<Uint8Array, Uint8Array | number>;
  /** Keeps the request for the next one. `ordinals`: what its messages are in the session's memory. */
  remember(known: RequestPrefixCache, ordinals: readonly number[]): void;
}

/**
 * The fast path: reads a line of an AI call without decoding what its session has sent before. It knows one form of
 * line, the one that Envoy and the plugin print; undefined for every other, and at any doubt: readLogLine, which reads
 * all of a line, then says what it is. What this returns is what readLogLine would, in other clothes.
 *
 * Why the shortcuts hold. `ai_log` is JSON, escaped into a string. Runs of messages that are known (the same bytes as
 * in an earlier request, where they were valid JSON, each whole) are passed over where an element of the list begins.
 * A parser's state before and behind a run of whole elements is the same as before and behind one element, so the whole
 * text is valid just as what is left of it is, and says the same beside that run. The rest is checked byte by byte, which
 * stops at any quote, backslash or control byte that is not as it must be: so the string ends just where it was taken to
 * end.
 *
 * UTF-8 is never decoded where nobody asks for characters, and no value is made that nobody asks for.
 */
export function readRawLine(
  line: Buffer,
  findKnown: (sessionId: string) => RequestPrefixCache | undefined,
): RawRound | undefined {
  if (!line.subarray(0, START.length).equals(START)) return undefined;
  // The last, not the first: a later one is the client's, and then there is a quote where none may be.
  const end = line.lastIndexOf(END) + 1;
  if (end <= START.length) return undefined;
  const key = line.indexOf(MESSAGES, START.length);
  const from = key < 0 || key > end ? end : key + MESSAGES.length;
  const hint = from < end ? sessionHint(line, end) : undefined;
  const found = hint === undefined ? undefined : findKnown(hint)?.find(line, from, end);

  const aiLog = readAiLog(line, end, found);
  const fields = aiLog && readBehind(line.toString('utf8', end + 1));
  if (!aiLog || !fields || !fillInBytes(aiLog.attributes, fields)) return undefined;

  const { attributes, list } = aiLog;
  const round = toRound(attributes, list?.messages ?? null, fields, list ? sentIn(line, list) : null);
  // Ordinals are those of the session that was thought of.
  if (found && round.sessionId !== hint) return undefined;
  return {
    kind: 'round',
    round,
    remember: (known, ordinals) => list?.isDense && known.keep(line, list.from, list.ends, ordinals, found),
  };
}

const START = Buffer.from('{"ai_log":"{');
/** Its quote is never escaped, so it ends the string: EscapedJson goes no further. */
const END = Buffer.from('}"');
const MESSAGES = Buffer.from(String.raw`\"messages\":[`);
const SESSION = Buffer.from(String.raw`\"session_id\":\"`);

const BACKSLASH = 0x5c;
const QUOTE = 0x22;
const HIGH_BIT = 0x80;

/** Which session the line may be of. What it is of is read later; until then this is a guess. */
function sessionHint(line: Buffer, end: number): string | undefined {
  const key = line.lastIndexOf(SESSION, end);
  if (key < 0) return DEFAULT_SESSION;
  const from = key + SESSION.length;
  const to = line.indexOf(BACKSLASH, from);
  return line[to + 1] === QUOTE && to > from ? line.toString('utf8', from, to) : undefined;
}

interface AiLog {
  attributes: Attributes<Uint8Array>;
  /** The list of messages; undefined where there is none. */
  list: RawMessages | undefined;
}

/** Reads the ai_log that ends with the quote at `end`; undefined where a key stands twice, or is not told from its bytes. */
function readAiLog(line: Buffer, end: number, found: FoundRuns | undefined): AiLog | undefined {
  const bytes = scratchOf(end);
  const json = new EscapedJson(line, START.length - 1, bytes);
  const values = new Map<string, string>();
  const texts = noTexts<Uint8Array>();
  const keys = new Set<string>();
  let list: RawMessages | undefined;
  const isObject = json.object((key) => {
    const name = nameOf(bytes, key);
    if (name === undefined || keys.has(name)) return false;
    keys.add(name);
    if (name === 'messages' && json.next === OPEN_LIST) {
      list = readRawMessages(json, bytes, found);
      return list !== undefined;
    }
    const from = json.length;
    if (!json.value()) return false;
    const to = json.length;
    if (!isTextKey(name)) values.set(name, bytes.toString('utf8', from, to));
    else if (!isNull(bytes, from, to)) texts[name] = mendBytes(name, bytes.subarray(from, to));
    return true;
  });
  if (!isObject || json.at !== end) return undefined;
  return isUtf8(bytes.subarray(0, json.length)) ? { attributes: { values, texts }, list } : undefined;
}

const SCRATCH_BYTES = 1 << 20;
const scratch = Buffer.allocUnsafeSlow(SCRATCH_BYTES);

/** Room for so many bytes; what was written there before is lost. */
function scratchOf(length: number): Buffer {
  return length <= SCRATCH_BYTES ? scratch : Buffer.allocUnsafeSlow(length);
}

/** A key as it stands there; undefined where something in it is escaped, or beyond ASCII. */
function nameOf(bytes: Buffer, { from, to }: Span): string | undefined {
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    if (byte === BACKSLASH || byte >= HIGH_BIT) return undefined;
  }
  return bytes.toString('latin1', from, to);
}

function isNull(bytes: Buffer, from: number, to: number): boolean {
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
