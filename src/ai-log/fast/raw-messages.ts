import type { EscapedJson } from './escaped-json.ts';
import type { FoundRuns } from './request-prefix-cache.ts';
import { MOST_MESSAGES } from '../round.ts';

/** The messages of a line. */
export interface RawMessages {
  /** The JSON of each message; for a known one, its ordinal. */
  messages: (Uint8Array | number)[];
  /** Where the first begins in the line. */
  from: number;
  /** Where each ends, relative to `from`. */
  ends: number[];
  /** They are separated by one comma and nothing else. */
  isDense: boolean;
}

/**
 * Reads the array of messages at the position of `json`, which writes to `bytes`. Skips known runs if an element begins
 * exactly where the run does; nothing is written for those, so what is written is not a valid array. undefined if there
 * is no array, or if it has too many elements.
 */
export function readRawMessages(
  json: EscapedJson,
  bytes: Buffer,
  found: FoundRuns | undefined,
): RawMessages | undefined {
  const from = json.at + 1;
  const messages: (Uint8Array | number)[] = [];
  const ends: number[] = [];
  let passed = 0;
  let isDense = true;
  let expected = from;
  const isList = json.list(() => {
    if (json.at !== expected) isDense = false;
    const run = found?.runs[passed];
    if (found && run?.from === json.at) {
      const { ends: known, ordinals } = found.request;
      const shift = run.to - from - (known[run.first + run.count - 1] ?? 0);
      for (let i = run.first; i < run.first + run.count; i++) {
        messages.push(ordinals[i] ?? 0);
        ends.push((known[i] ?? 0) + shift);
      }
      json.at = run.to;
      passed++;
    } else {
      const start = json.length;
      if (!json.value()) return false;
      messages.push(bytes.subarray(start, json.length));
      ends.push(json.at - from);
    }
    expected = json.at + 1;
    return messages.length <= MOST_MESSAGES;
  });
  return isList ? { messages, from, ends, isDense } : undefined;
}
