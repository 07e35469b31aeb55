import { join } from 'node:path';
import { InputOutputError } from '../platform/errors.ts';
import { readWhole, type Files } from '../platform/files.ts';
import { isCount } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';
import type { State } from './state.ts';

/** Rounds that had been counted, but were in no session file and no log any more when the store was repaired. */
export interface LostEntry {
  session: string;
  rounds: number;
  /** Their earliest and latest possible time: ISO 8601, or null if unknown. */
  from: string | null;
  to: string | null;
  input_tokens: number;
  output_tokens: number;
  /** Exact decimal; covers the rounds that had a price. */
  cost_usd: string;
  /** The same in other currencies; absent if there are none. */
  other_costs?: Record<string, string>;
  /** The missing files that had held them. */
  logs: string[];
  /** Time of the repair: ISO 8601. */
  repaired: string;
}

type LostLine = LostEntry & { commit: number };

/** Append-only, one line per session of a repair: the only record of these rounds, which are in no sum. */
export function lostPath(dir: string): string {
  return join(dir, '.lost.jsonl');
}

export function lostLine(entry: LostEntry, commit: number): string {
  return JSON.stringify({ commit, ...entry } satisfies LostLine);
}

/** All lost rounds. Throws InputOutputError if the file is not what was committed. */
export function readLost(files: Files, dir: string, { lost }: Pick<State, 'lost'>): LostEntry[] {
  const length = lost?.length ?? 0;
  if (length === 0) return [];
  const bytes = readWhole(files, lostPath(dir))?.subarray(0, length);
  const lines = bytes?.length === length ? linesOf(bytes) : [];
  if (lines.at(-1)?.end !== length) {
    throw new InputOutputError(
      `the list of lost rounds, ${lostPath(dir)}, is truncated or damaged. No sum depends on it. Restore it from a backup of the store`,
    );
  }
  return lines.map(({ line }) => line);
}

/** The part of the file that belongs to the first `commit` commits, for a store that lost its state. */
export function surveyLost(files: Files, dir: string, commit: number): State['lost'] {
  const lines = linesOf(readWhole(files, lostPath(dir)) ?? Buffer.alloc(0));
  const end = lines.findIndex(({ line }) => line.commit > commit);
  const own = end < 0 ? lines : lines.slice(0, end);
  const length = own.at(-1)?.end ?? 0;
  return length === 0 ? undefined : { length, rounds: own.reduce((sum, { line }) => sum + line.rounds, 0) };
}

/** Stops at the first line that is not valid. */
function linesOf(bytes: Buffer): { line: LostLine; end: number }[] {
  const lines: { line: LostLine; end: number }[] = [];
  let at = 0;
  for (let newline = bytes.indexOf(0x0a); newline >= 0; newline = bytes.indexOf(0x0a, at)) {
    const line = toLine(bytes.toString('utf8', at, newline));
    if (!line) break;
    at = newline + 1;
    lines.push({ line, end: at });
  }
  return lines;
}

function toLine(text: string): LostLine | undefined {
  const value = parseJson(text) as LostLine | null | undefined;
  return isCount(value?.rounds) && isCount(value.commit) ? value : undefined;
}
