import type { RoundUsage, TokenUsage, UsageState } from '../../model/token-usage.ts';
import { bucketOf, type UsageCell } from '../../model/usage-cell.ts';

/** What of a round says in which of the index's cells it was counted. */
export interface CountedRound {
  /** Milliseconds since 1970 UTC. */
  time: number;
  /** The log does not say its time: it was counted when the log was last written, then. */
  isTimeMissing: boolean;
  model: string;
  consumer: string;
  api: string;
  usage: RoundUsage;
  usageState: UsageState;
  flags: readonly string[];
}

/** Rounds that the index counts and no session file holds, as cells: each round found is taken out of its cell. */
export class CellBudget {
  readonly #cells: UsageCell[];
  /** By bucket and names, and by names alone for rounds without a time. */
  readonly #byKey = new Map<string, UsageCell[]>();

  constructor(cells: readonly UsageCell[]) {
    this.#cells = cells.map((cell) => ({ ...cell }));
    for (const cell of this.#cells) {
      for (const key of [keyOf(cell, cell.bucket), keyOf(cell)]) {
        const known = this.#byKey.get(key);
        if (known) known.push(cell);
        else this.#byKey.set(key, [cell]);
      }
    }
  }

  /** The cell in which a round was counted, with one round less in it now; undefined: it was never counted. */
  take(round: CountedRound): UsageCell | undefined {
    const cells = this.#cellsOf(round);
    const [best] = cells.toSorted((a, b) => likeness(b, round) - likeness(a, round) || newest(b) - newest(a));
    if (!best) return undefined;
    best.rounds--;
    for (const count of COUNTS) best[count] -= round.usage[count];
    return best;
  }

  /** Whether a round with these counts can be one of those that are left. */
  fits(round: CountedRound): boolean {
    return this.#cellsOf(round).some((cell) => hasCounts(cell, round));
  }

  #cellsOf(round: CountedRound): UsageCell[] {
    const key = round.isTimeMissing ? keyOf(round) : keyOf(round, bucketOf(round.time));
    return this.#byKey.get(key)?.filter(({ rounds }) => rounds > 0) ?? [];
  }

  /** Cells that still count rounds, less the rounds taken. */
  get left(): UsageCell[] {
    return this.#cells.filter(({ rounds }) => rounds > 0);
  }

  /** Whether the rounds taken came to what the index had counted, as far as all of a cell's were. */
  get isExact(): boolean {
    return this.#cells.every((cell) => cell.rounds > 0 || COUNTS.every((key) => cell[key] === 0));
  }
}

const COUNTS = [
  'input',
  'output',
  'reasoning',
  'cached',
  'cacheWrite',
] as const satisfies readonly (keyof TokenUsage)[];

/** Names can hold anything: their lengths say where one ends. */
function keyOf(
  { model, consumer, api }: Pick<UsageCell, 'model' | 'consumer' | 'api'>,
  bucket?: number,
): string {
  return `${bucket ?? ''} ${model.length} ${consumer.length} ${model}${consumer}${api}`;
}

/** Of cells that differ in price, and of a round without a time in their buckets. */
function likeness(cell: UsageCell, round: CountedRound): number {
  const { time, usageState } = round;
  const isCounted = cell.price !== 'no-usage' && cell.price !== 'gateway-cache';
  const hasState = usageState === 'counted' ? isCounted : cell.price === usageState;
  const hasBucket = cell.bucket === bucketOf(time);
  return (hasState ? 4 : 0) + (hasCounts(cell, round) ? 2 : 0) + (hasBucket ? 1 : 0);
}

/** Whether the counts are those of the cell's only round, or can be part of its sums. */
function hasCounts(cell: UsageCell, { usage }: CountedRound): boolean {
  return COUNTS.every((key) => (cell.rounds === 1 ? cell[key] === usage[key] : cell[key] >= usage[key]));
}

/** Rounds are taken from the last one on: later prices first. */
function newest({ price }: UsageCell): number {
  return typeof price === 'number' ? price : 0;
}
