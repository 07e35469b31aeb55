import { parseJson } from '../../platform/json-spans.ts';
import { kindOf } from './model-kinds.ts';
import type { RoundUsage } from '../../model/token-usage.ts';

/** The parts of a request that may have cache marks, as JSON. */
export interface SentTexts {
  /** Messages that may have a mark; null if the log has no array of messages. */
  messages: readonly string[] | null;
  /** The system prompt and the tools. */
  others: readonly string[];
  /** The mark of the request itself, which applies to its end. */
  request: string | null;
}

/** With their quotes, these cannot occur in a client's text, whose quotes are escaped in JSON. */
export const MARK_KEYS = ['"cache_control"', '"cachePoint"'];
export const HOUR = '"1h"';

/** Whether a text may have a mark, so that `addWriteTimes` needs it. */
export function mayHoldMark(json: string): boolean {
  return MARK_KEYS.some((key) => json.includes(key));
}

/**
 * Finds out for how long tokens were written to the cache, from the marks in the request, since the log's counts do not
 * say so. The marks are Anthropic's `cache_control` and Bedrock's `cachePoint`. A mark without a `ttl` means five
 * minutes. Adds to `usage.details` and to `flags`.
 */
export function addWriteTimes(usage: RoundUsage, sent: SentTexts, model: string, flags: string[]): void {
  const { hours, minutes } = countMarks(sent);
  if (hours > 0) {
    usage.details = { cacheWrite1h: usage.cacheWrite, ...usage.details };
    if (minutes > 0 || sent.messages === null) flags.push('cache-ttl-mixed');
  } else if (sent.messages === null && kindOf(model).isClaude) {
    flags.push('cache-ttl-unlogged');
  }
}

interface Marks {
  hours: number;
  minutes: number;
}

function countMarks({ messages, others, request }: SentTexts): Marks {
  const marks: Marks = { hours: 0, minutes: 0 };
  const texts = [...(messages ?? []), ...others];
  // Nearly always there is no mark for an hour, and then nothing needs parsing.
  if (![...texts, request ?? ''].some((text) => text.includes(HOUR))) return marks;
  for (const text of texts) if (mayHoldMark(text)) countIn(parseJson(text), marks, MOST_DEPTH);
  countMark(parseJson(request ?? ''), marks);
  return marks;
}

/** A message, its content, a block, a tool result's content, its block. The input of a tool is never searched. */
const MOST_DEPTH = 5;

/** Counts the marks of a message, a block or a tool, or of an array of them. */
function countIn(value: unknown, marks: Marks, depth: number): void {
  if (depth === 0) return;
  if (Array.isArray(value)) {
    for (const one of value) countIn(one, marks, depth - 1);
  } else if (isObject(value)) {
    countMark(value['cache_control'], marks);
    countMark(value['cachePoint'], marks);
    if (isObject(value['function'])) countMark(value['function']['cache_control'], marks);
    if (Array.isArray(value['content'])) countIn(value['content'], marks, depth - 1);
  }
}

function countMark(mark: unknown, marks: Marks): void {
  if (!isObject(mark)) return;
  if (mark['ttl'] === '1h') marks.hours++;
  else marks.minutes++;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
