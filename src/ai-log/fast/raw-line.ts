import { isUtf8 } from 'node:buffer';
import { DefaultFields } from '../default-fields.ts';
import { readBehind, type LineFields } from '../access-line.ts';
import { fillIn, isTextKey, mendText, noTexts, type Attributes, type TextKey } from '../attributes.ts';
import { EscapedJson, OPEN_LIST } from './escaped-json.ts';
import type { Span } from '../../platform/json-spans.ts';
import type { FoundRuns, RequestPrefixCache } from './request-prefix-cache.ts';
import { sentIn } from './raw-marks.ts';
import { readRawMessages, type RawMessages } from './raw-messages.ts';
import { toRound, type LoggedRound } from '../round.ts';
import { endOfAiLog, sessionHint, START } from './session-hint.ts';

/**
 * A round that was read from bytes. Its texts are valid until the next one is read. Call `remember` once the session
 * has stored it.
 */
export interface RawRound {
  kind: 'round';
  round: LoggedRound<Uint8Array, Uint8Array | number>;
  /** Caches the request for the next round. `ordinals`: those of its messages in the session's memory. */
  remember(known: RequestPrefixCache, ordinals: readonly number[]): void;
}

/**
 * The fast path: reads the line of an AI call without decoding what its session has sent before. It reads only the form
 * of line that Envoy and the plugin print. For any other form, and in any doubt, it returns undefined, and readLogLine,
 * the slow path, decides what the line is. Apart from the types of its texts, the result is the same as readLogLine's.
 *
 * Why the shortcuts are correct: `ai_log` is JSON, escaped into a string. A run of known messages (the same bytes as in
 * an earlier request, where each was a complete, valid value) is skipped only where an element of the array begins. A
 * parser's state is the same before and after a run of whole elements as before and after one element, so the whole
 * text is valid if and only if the text without the run is, and apart from the run it means the same. The rest is
 * checked byte by byte, which stops at any quote, backslash or control byte in the wrong place. So the string ends
 * exactly where it was assumed to end.
 *
 * No text is decoded from UTF-8, and no value built, unless it is needed.
 */
export function readRawLine(
  line: Buffer,
  findKnown: (sessionId: string) => RequestPrefixCache | undefined,
): RawRound | undefined {
  const end = endOfAiLog(line);
  if (end === undefined) return undefined;
  const key = line.indexOf(MESSAGES, START.length);
  const from = key < 0 || key > end ? end : key + MESSAGES.length;
  const hint = from < end ? sessionHint(line, end) : undefined;
  const found = hint === undefined ? undefined : findKnown(hint)?.find(line, from, end);

  const aiLog = readAiLog(line, end, found);
  const fields = aiLog && readBehind(line.toString('utf8', end + 1));
  if (!aiLog || !fields || !fillInBytes(aiLog.attributes, fields)) return undefined;

  const { attributes, list } = aiLog;
  const round = toRound(attributes, list?.messages ?? null, fields, list ? sentIn(line, list) : null);
  // The ordinals belong to the session that was guessed.
  if (found && round.sessionId !== hint) return undefined;
  return {
    kind: 'round',
    round,
    remember: (known, ordinals) => list?.isDense && known.keep(line, list.from, list.ends, ordinals, found),
  };
}

const MESSAGES = Buffer.from(String.raw`\"messages\":[`);

const BACKSLASH = 0x5c;
const HIGH_BIT = 0x80;

interface AiLog {
  attributes: Attributes<Uint8Array>;
  /** undefined if there is no array of messages. */
  list: RawMessages | undefined;
}

/** Reads the ai_log that ends with the quote at `end`; undefined if a key occurs twice or is not plain ASCII. */
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

/** A buffer of at least `length` bytes. It is reused, so it overwrites what was read before. */
function scratchOf(length: number): Buffer {
  return length <= SCRATCH_BYTES ? scratch : Buffer.allocUnsafeSlow(length);
}

/** A key; undefined if it has escapes or is not ASCII. */
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
/** Part of what mendText looks for: a cheap test in bytes that excludes most texts. */
const TO_MEND = Buffer.from('{}{');

function mendBytes(key: TextKey, json: Buffer): Uint8Array {
  return key === 'tool_calls' && json.includes(TO_MEND) ? Buffer.from(mendText(key, json.toString())) : json;
}

/** Adds what ai_log lacks from the line's fields; false if that includes messages, which the fast path cannot add. */
function fillInBytes({ values, texts }: Attributes<Uint8Array>, { fields }: LineFields): boolean {
  // None of them is an attribute.
  if (fields instanceof DefaultFields) return true;
  const separate = noTexts<string>();
  fillIn({ values, texts: separate }, fields);
  for (const [key, text] of Object.entries(separate)) {
    if (text === null || !isTextKey(key)) continue;
    if (key === 'messages') return false;
    texts[key] ??= Buffer.from(text);
  }
  return true;
}
