import type { LinePosition } from '../model/log-position.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';

/**
 * What `monitor prices --refresh` found: for each model the entry that prices its rounds now, and which rounds that
 * is said of: those that were stored then, and of them those of a span of time. A price book has one line of all
 * refreshes that count, among the entries; of several that cover a round, the last one holds.
 */
export interface Repricing {
  /** Number of the commit that made it. */
  commit: number;
  /** The entry of each model that had such rounds; null: no place knows a price. */
  models: ReadonlyMap<string, number | null>;
  /** How far each log was read then: a round before that is covered. */
  covers: { nextLog: number; offsets: ReadonlyMap<number, number> };
  /** Only rounds whose time is in it: milliseconds since 1970 UTC, without `to`. Absent: all of them. */
  span?: TimeSpan;
}

/** From `from`, up to and without `to`; either can be infinite. */
export interface TimeSpan {
  readonly from: number;
  readonly to: number;
}

interface RefreshJson {
  commit: number;
  models: [model: string, entry: number | null][];
  next_log: number;
  logs: [id: number, offset: number][];
  /** ISO 8601, UTC; null: from the first one on, or up to the last. */
  span?: [from: string | null, to: string | null];
}

/** The refresh that prices a round, by its position in the logs and its time; undefined: its own price holds. */
export function repricingOf(
  repricings: readonly Repricing[],
  at: LinePosition,
  timestamp: string,
): Repricing | undefined {
  return repricings.findLast((one) => isCovered(one, at) && isWithin(one.span, timestamp));
}

/** Whether the round at a position of the logs was stored when the repricing was made. */
function isCovered({ covers }: Repricing, [logId, offset]: LinePosition): boolean {
  // A log that a repair could not identify was read to its end.
  return logId < covers.nextLog && offset < (covers.offsets.get(logId) ?? Infinity);
}

function isWithin(span: TimeSpan | undefined, timestamp: string): boolean {
  if (!span) return true;
  const time = Date.parse(timestamp);
  return span.from <= time && time < span.to;
}

/** The refreshes that count with another one behind them: without those of which it leaves nothing. */
export function withRepricing(before: readonly Repricing[], latest: Repricing): Repricing[] {
  const { span } = latest;
  const isReplaced = (one: TimeSpan = ALL_TIMES): boolean =>
    !span || (span.from <= one.from && one.to <= span.to);
  // What was stored before an earlier refresh was stored before this one.
  return [...before.filter((one) => !isReplaced(one.span)), latest];
}

const ALL_TIMES: TimeSpan = { from: -Infinity, to: Infinity };

/**
 * The line, without its end. A refresh of all times stands alone, as it did before there were others; of several, an
 * earlier build of this program says that it does not know the line, and does not reckon with a part of it.
 */
export function repricingLine(repricings: readonly Repricing[]): string {
  const [first, ...more] = repricings.map(toJson);
  return JSON.stringify(
    more.length === 0 && first?.span === undefined ? { refresh: first } : { refreshes: [first, ...more] },
  );
}

/** The refreshes in a line of the price book, parsed; undefined where it is none. */
export function toRepricings(value: unknown): Repricing[] | undefined {
  if (!isRecord(value)) return undefined;
  const one = toRepricing(value['refresh']);
  if (one) return one.span ? undefined : [one];
  const several = value['refreshes'];
  if (!Array.isArray(several)) return undefined;
  const repricings = several.map(toRepricing).filter((known) => known !== undefined);
  return repricings.length === several.length && several.length > 0 ? repricings : undefined;
}

function toJson({ commit, models, covers, span }: Repricing): RefreshJson {
  return {
    commit,
    models: [...models],
    next_log: covers.nextLog,
    logs: [...covers.offsets],
    ...(span && { span: [isoOf(span.from), isoOf(span.to)] }),
  };
}

function isoOf(time: number): string | null {
  return Number.isFinite(time) ? new Date(time).toISOString() : null;
}

function toRepricing(line: unknown): Repricing | undefined {
  if (!isRecord(line)) return undefined;
  const { commit, models, next_log: nextLog, logs, span } = line;
  if (!isCount(commit) || !isCount(nextLog) || !arePairs(models) || !arePairs(logs)) return undefined;
  const isSound =
    models.every(([model, entry]) => typeof model === 'string' && (entry === null || isCount(entry))) &&
    logs.every((pair) => pair.every(isCount)) &&
    (span === undefined || isSpan(span));
  if (!isSound) return undefined;
  return {
    commit,
    models: new Map(models as [string, number | null][]),
    covers: { nextLog, offsets: new Map(logs as [number, number][]) },
    ...(span !== undefined && { span: toSpan(span as [string | null, string | null]) }),
  };
}

function toSpan([from, to]: [string | null, string | null]): TimeSpan {
  return { from: from === null ? -Infinity : Date.parse(from), to: to === null ? Infinity : Date.parse(to) };
}

function isEnd(value: unknown): boolean {
  return value === null || (typeof value === 'string' && !Number.isNaN(Date.parse(value)));
}

function isSpan(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(isEnd);
}

function arePairs(value: unknown): value is [unknown, unknown][] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
}
