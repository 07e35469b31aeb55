import type { EscapedJson } from './escaped-json.ts';
import type { FoundRuns } from './request-prefix-cache.ts';
import { MOST_MESSAGES } from '../round.ts';

/** A list of messages as a line has it. */
export interface RawMessages {
  /** Their JSON, or the ordinals of those that are known. */
  messages: (Uint8Array | number)[];
  /** Where the first begins in the line. */
  from: number;
  /** Where each ends in the line, counted from there. */
  ends: number[];
  /** Just one comma stands between two of them, and nothing else. */
  isDense: boolean;
}

/**
 * Reads the list of messages that `json` comes to, and writes into `bytes`; passes over the runs that are known, where an
 * element begins just there. Nothing is written of those: what is written is no valid list. Undefined where it is none, or
 * has too many elements.
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
