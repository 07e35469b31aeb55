import { parseJson } from '../../platform/json-spans.ts';
import { kindOf } from './model-kinds.ts';
import type { RoundUsage } from '../../model/token-usage.ts';

/** What was sent, as JSON. */
export interface SentTexts {
  /** Messages that may hold a mark; null where the log has no list of messages. */
  messages: readonly string[] | null;
  /** The system prompt and the tools. */
  others: readonly string[];
  /** The request's own mark, for the end of what it sends. */
  request: string | null;
}

/** In the JSON of a text that a client wrote, quotes are escaped: there these can't stand. */
export const MARK_KEYS = ['"cache_control"', '"cachePoint"'];
export const HOUR = '"1h"';

/** Whether a text can hold a mark: `addWriteTimes` then looks. */
export function mayHoldMark(json: string): boolean {
  return MARK_KEYS.some((key) => json.includes(key));
}

/**
 * Takes from the marks in what was sent for how long tokens were written to the cache, where the log's counts do not
 * say it. The marks are Anthropic's `cache_control` and Bedrock's `cachePoint`; one without a `ttl` means five minutes.
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
  // Nearly always five minutes: then nothing is parsed.
  if (![...texts, request ?? ''].some((text) => text.includes(HOUR))) return marks;
  for (const text of texts) if (mayHoldMark(text)) countIn(parseJson(text), marks, MOST_DEPTH);
  countMark(parseJson(request ?? ''), marks);
  return marks;
}

/** A message, its content, a block, a tool result's content, its block. A tool's input is the model's own words. */
const MOST_DEPTH = 5;

/** The marks of a message, a block, a tool, or of a list of them. */
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
