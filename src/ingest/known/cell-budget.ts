import { TOKEN_NAMES } from '../../model/counts.ts';
import type { RoundUsage, UsageState } from '../../model/token-usage.ts';
import { bucketOf, type UsageCell } from '../../model/usage-cell.ts';

/** The parts of a round that decide which index cell counts it. */
export interface CountedRound {
  /** Milliseconds since 1970 UTC. */
  time: number;
  /** The log has no time for it, so it was counted at the log's modification time of that moment. */
  isTimeMissing: boolean;
  model: string;
  consumer: string;
  api: string;
  usage: RoundUsage;
  usageState: UsageState;
  flags: readonly string[];
}

/** Cells of rounds that the index counts and no session file holds. Each round found is taken out of its cell. */
export class CellBudget {
  readonly #cells: UsageCell[];
  /** By bucket and names; for rounds without a time, by names alone. */
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

  /** Takes a round out of the cell that counted it, and returns the cell; undefined if none did. */
  take(round: CountedRound): UsageCell | undefined {
    const cells = this.#cellsOf(round);
    const [best] = cells.toSorted((a, b) => likeness(b, round) - likeness(a, round) || newest(b) - newest(a));
    if (!best) return undefined;
    best.rounds--;
    for (const count of TOKEN_NAMES) best[count] -= round.usage[count];
    return best;
  }

  /** Whether a round with these counts can be one of the remaining ones. */
  fits(round: CountedRound): boolean {
    return this.#cellsOf(round).some((cell) => hasCounts(cell, round));
  }

  #cellsOf(round: CountedRound): UsageCell[] {
    const key = round.isTimeMissing ? keyOf(round) : keyOf(round, bucketOf(round.time));
    return this.#byKey.get(key)?.filter(({ rounds }) => rounds > 0) ?? [];
  }

  /** Cells that still count rounds, without the rounds taken. */
  get left(): UsageCell[] {
    return this.#cells.filter(({ rounds }) => rounds > 0);
  }

  /** Whether the rounds taken add up to the index's sums, in cells that were emptied. */
  get isExact(): boolean {
    return this.#cells.every((cell) => cell.rounds > 0 || TOKEN_NAMES.every((key) => cell[key] === 0));
  }
}

/** Names can contain any character, so their lengths are part of the key. */
function keyOf(
  { model, consumer, api }: Pick<UsageCell, 'model' | 'consumer' | 'api'>,
  bucket?: number,
): string {
  return `${bucket ?? ''} ${model.length} ${consumer.length} ${model}${consumer}${api}`;
}

/** Picks among cells that differ only in price or, for a round without a time, in bucket. */
function likeness(cell: UsageCell, round: CountedRound): number {
  const { time, usageState } = round;
  const isCounted = cell.price !== 'no-usage' && cell.price !== 'gateway-cache';
  const hasState = usageState === 'counted' ? isCounted : cell.price === usageState;
  const hasBucket = cell.bucket === bucketOf(time);
  return (hasState ? 4 : 0) + (hasCounts(cell, round) ? 2 : 0) + (hasBucket ? 1 : 0);
}

/** Whether the counts equal the cell's, if it has one round left, or fit into its sums. */
function hasCounts(cell: UsageCell, { usage }: CountedRound): boolean {
  return TOKEN_NAMES.every((key) => (cell.rounds === 1 ? cell[key] === usage[key] : cell[key] >= usage[key]));
}

/** Rounds are taken newest first, so later prices come first. */
function newest({ price }: UsageCell): number {
  return typeof price === 'number' ? price : 0;
}
