import { join } from 'node:path';
import { InputOutputError } from '../platform/errors.ts';
import { readWhole, type Files } from '../platform/files.ts';
import { isCount } from '../platform/json-checks.ts';
import { parseIndexLine, toCell, toRow, type CellRow } from './index/index.ts';
import type { State } from './state.ts';
import { isLinePosition, type LinePosition } from '../model/log-position.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import type { ToolCounts } from '../model/tool-counts.ts';

/** The sums of rounds that were removed from a session. */
export type PrunedPart = Pick<
  SessionEntry,
  'created' | 'updated' | 'rounds' | 'model' | 'errors' | 'usage' | keyof ToolCounts
> & {
  /** Time of the removal, in milliseconds since 1970 UTC. */
  pruned: number;
  /** Which requests they were. Older versions did not store it. */
  keys?: PrunedKeys[];
  /** The last place of these rounds in each log. Older versions did not store it. */
  places?: LinePosition[];
};

/**
 * Digests of the identities of removed rounds, 12 characters each: those of one bucket and log. Rounds without an
 * identity are left out.
 */
export type PrunedKeys = [bucket: number, logId: number, digests: string];

/** The bucket of rounds without a time of their own. */
export const TIMELESS = -1;

/** One removal, as a line of the file. */
type PrunedLine = Omit<PrunedPart, 'usage'> & {
  id: string;
  commit: number;
  usage: CellRow[];
  /** Absent in lines of older builds, whose cells have no counters. */
  counted?: true;
};

/** How many rounds were removed from a session. */
export function removedRounds(parts: readonly PrunedPart[] = []): number {
  return parts.reduce((sum, { rounds }) => sum + rounds, 0);
}

/** Append-only, one line per removal: if the index is lost, this is the only record of these rounds. */
export function prunedPath(dir: string): string {
  return join(dir, '.pruned.jsonl');
}

export function prunedLine(id: string, commit: number, part: PrunedPart): string {
  return JSON.stringify({
    id,
    commit,
    ...part,
    usage: part.usage.map(toRow),
    counted: true,
  } satisfies PrunedLine);
}

/** The parts of each session, oldest removal first. Throws InputOutputError if the file is not what was committed. */
export function readPruned(
  files: Files,
  dir: string,
  { pruned }: Pick<State, 'pruned'>,
): ReadonlyMap<string, PrunedPart[]> {
  const length = pruned?.length ?? 0;
  if (length === 0) return new Map();
  const path = prunedPath(dir);
  const bytes = readWhole(files, path)?.subarray(0, length);
  if (bytes?.length !== length) throw damaged(path, bytes ? 'is truncated' : 'is missing');
  return partsOf(path, bytes);
}

/** The parts that were added since the file was this long; undefined if it never was. */
export function prunedSince(
  files: Files,
  dir: string,
  state: Pick<State, 'pruned'>,
  length: number,
): PrunedPart[] | undefined {
  const all = state.pruned?.length ?? 0;
  if (all === length) return [];
  const bytes = readWhole(files, prunedPath(dir))?.subarray(0, all);
  if (length > all || bytes?.length !== all || (length > 0 && bytes[length - 1] !== 0x0a)) return undefined;
  return [...partsOf(prunedPath(dir), bytes.subarray(length)).values()].flat();
}

/** How much of the file belongs to the first `commit` commits, for a store that lost its state. */
export function surveyPruned(files: Files, dir: string, commit: number): State['pruned'] {
  const bytes = readWhole(files, prunedPath(dir)) ?? Buffer.alloc(0);
  let length = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, length)) {
    const line = parseIndexLine(bytes.toString('utf8', length, end));
    if (!line || !('commit' in line) || line.commit > commit) break;
    length = end + 1;
  }
  return length === 0 ? undefined : { length };
}

function partsOf(path: string, bytes: Buffer): Map<string, PrunedPart[]> {
  const parts = new Map<string, PrunedPart[]>();
  const lines = bytes.toString().split('\n');
  if (lines.pop() !== '') throw damaged(path, 'is damaged');
  for (const text of lines) {
    const line = parseIndexLine(text) as PrunedLine | undefined;
    const isWhole =
      typeof line?.id === 'string' &&
      Array.isArray(line.usage) &&
      areKeys(line.keys) &&
      arePlaces(line.places);
    if (!isWhole) throw damaged(path, 'is damaged');
    const { id, commit: _commit, usage, counted, ...part } = line;
    const known = parts.get(id) ?? [];
    known.push({ ...part, usage: usage.map((row) => toCell(row, counted === true)) });
    parts.set(id, known);
  }
  return parts;
}

function areKeys(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isGroup));
}

function arePlaces(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.every(isLinePosition));
}

function isGroup(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  const [bucket, log, digests] = value as unknown[];
  return Number.isInteger(bucket) && isCount(log) && typeof digests === 'string';
}

function damaged(path: string, problem: string): InputOutputError {
  return new InputOutputError(
    `the sums of pruned sessions, ${path}, ${problem}. Nothing was changed. Restore it from a backup of the store`,
  );
}
