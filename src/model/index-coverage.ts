import type { LinePosition, LogPosition } from './log-position.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';

/** A moment in the life of a store: how far each open log had been read. */
export interface StoreMoment {
  next_log: number;
  logs: [id: number, offset: number][];
}

/**
 * Since when rounds have what older builds did not keep: null means from the first round on. With it, the cells of a
 * round can be made again from its session file, the same as a run made them.
 */
export interface IndexCoverage {
  /** Stored rounds before it lack attributes and the fields of their line. */
  kept_from: StoreMoment | null;
  /** Rounds before it are in cells without counters. */
  counted_from: StoreMoment | null;
  /** Attributes by which usage is counted. Rounds before `from` have no value for it in their cells. */
  dimensions: Dimension[];
}

interface Dimension {
  /** An attribute of ai_log, or a field beside it. */
  name: string;
  from: StoreMoment | null;
}

/** Everything, from the first round on. */
export const FULL_COVERAGE: IndexCoverage = { kept_from: null, counted_from: null, dimensions: [] };

export function momentOf(state: { next_log: number; logs: readonly LogPosition[] }): StoreMoment {
  return { next_log: state.next_log, logs: state.logs.map(({ id, offset }) => [id, offset]) };
}

/** For many questions about one moment: whether the line at a position had been read by then. */
export function isBefore(moment: StoreMoment | null): (at: LinePosition) => boolean {
  if (moment === null) return () => false;
  const offsets = new Map(moment.logs);
  // A log without an offset was closed: it had been read to its end.
  return ([logId, offset]) => logId < moment.next_log && offset < (offsets.get(logId) ?? Infinity);
}

export function isIndexCoverage(value: unknown): value is IndexCoverage {
  if (!isRecord(value)) return false;
  const { kept_from: kept, counted_from: counted, dimensions } = value;
  return isMoment(kept) && isMoment(counted) && Array.isArray(dimensions) && dimensions.every(isDimension);
}

function isDimension(value: unknown): value is Dimension {
  return isRecord(value) && typeof value['name'] === 'string' && isMoment(value['from']);
}

function isMoment(value: unknown): value is StoreMoment | null {
  return value === null || isStoreMoment(value);
}

export function isStoreMoment(value: unknown): value is StoreMoment {
  if (!isRecord(value)) return false;
  const { next_log: nextLog, logs } = value;
  return (
    isCount(nextLog) &&
    Array.isArray(logs) &&
    logs.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isCount))
  );
}
