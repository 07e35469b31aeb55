/**
 * What `monitor prices --refresh` found: for each model the entry that prices its rounds now, and which rounds that
 * is said of. It is one line of the price book, among the entries; only the last one counts.
 */
export interface Repricing {
  /** Number of the commit that made it. */
  commit: number;
  /** The entry of each model that had rounds; null: no place knows a price. */
  models: ReadonlyMap<string, number | null>;
  /** How far each log was read then: a round before that is covered. */
  covers: { nextLog: number; offsets: ReadonlyMap<number, number> };
}

interface RepricingLine {
  refresh: {
    commit: number;
    models: [model: string, entry: number | null][];
    next_log: number;
    logs: [id: number, offset: number][];
  };
}

/** Whether the round that stands at a place of the logs was stored when the repricing was made. */
export function isCovered({ covers }: Repricing, [generation, offset]: readonly [number, number]): boolean {
  // A log that a repair could not know again was read to its end.
  return generation < covers.nextLog && offset < (covers.offsets.get(generation) ?? Infinity);
}

/** The line, without its end. */
export function repricingLine({ commit, models, covers }: Repricing): string {
  const refresh = {
    commit,
    models: [...models],
    next_log: covers.nextLog,
    logs: [...covers.offsets],
  };
  return JSON.stringify({ refresh } satisfies RepricingLine);
}

/** The repricing in a line of the price book, parsed; undefined where it is none. */
export function toRepricing(value: unknown): Repricing | undefined {
  const line = isRecord(value) ? value['refresh'] : undefined;
  if (!isRecord(line)) return undefined;
  const { commit, models, next_log: nextLog, logs } = line;
  if (!isCount(commit) || !isCount(nextLog) || !arePairs(models) || !arePairs(logs)) return undefined;
  const isSound =
    models.every(([model, entry]) => typeof model === 'string' && (entry === null || isCount(entry))) &&
    logs.every((pair) => pair.every(isCount));
  if (!isSound) return undefined;
  return {
    commit,
    models: new Map(models as [string, number | null][]),
    covers: { nextLog, offsets: new Map(logs as [number, number][]) },
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function arePairs(value: unknown): value is [unknown, unknown][] {
  return Array.isArray(value) && value.every((pair) => Array.isArray(pair) && pair.length === 2);
}
