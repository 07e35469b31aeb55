import type { AnyRound } from '../../ai-log/round.ts';
import type { Files } from '../../platform/files.ts';
import { digestOfKey, digestsIn } from '../../session-format/key-digests.ts';
import { readPruned, TIMELESS, type PrunedPart } from '../../store/pruned-file.ts';
import type { State } from '../../store/state.ts';
import { CellBudget } from './cell-budget.ts';
import { MOST_KEYS } from './session-rounds.ts';

/** The logs of pruned rounds by digest, one for each round. */
type Logs = ReadonlyMap<string, number[]>;

/** Rounds that were removed. What is left of them are their sums, and digests of which requests they were. */
export class PrunedRounds {
  readonly #files: Files;
  readonly #dir: string;
  readonly #state: Pick<State, 'pruned'>;
  #parts: ReadonlyMap<string, PrunedPart[]> | undefined;
  /** By session and bucket. */
  readonly #logs = new Map<string, Logs>();
  /** How many digests these hold. */
  #size = 0;
  /** Rounds without a digest, as far as a log may still bring them, by log and session. */
  readonly #budgets = new Map<string, CellBudget>();

  constructor(files: Files, dir: string, state: Pick<State, 'pruned'>) {
    this.#files = files;
    this.#dir = dir;
    this.#state = state;
  }

  /** The logs of the session's pruned rounds with this key, one for each round. */
  logsOf(session: string, key: string, bucket: number = TIMELESS): readonly number[] {
    const name = `${bucket} ${session}`;
    const logs = this.#logs.get(name) ?? this.#read(name, session, bucket);
    return logs.size === 0 ? [] : (logs.get(digestOfKey(key)) ?? []);
  }

  /**
   * Whether the round may be one that an older version pruned, which kept only sums: as long as it fits into what is left
   * of them. A different request of the same 15 minutes with the same names can fit too.
   */
  fits(round: AnyRound, log: number): boolean {
    if (round.time === null) return false;
    const name = `${log} ${round.sessionId}`;
    let budget = this.#budgets.get(name);
    if (!budget) {
      const parts = this.#partsOf(round.sessionId).filter(({ keys }) => keys === undefined);
      this.#budgets.set(name, (budget = new CellBudget(parts.flatMap(({ usage }) => usage))));
    }
    const counted = { ...round, time: round.time, isTimeMissing: false };
    return budget.fits(counted) && budget.take(counted) !== undefined;
  }

  #read(name: string, session: string, bucket: number): Logs {
    if (this.#size > MOST_KEYS) {
      this.#logs.clear();
      this.#size = 0;
    }
    const logs = new Map<string, number[]>();
    for (const [at, log, digests] of this.#partsOf(session).flatMap(({ keys = [] }) => keys)) {
      if (at !== bucket) continue;
      for (const digest of digestsIn(digests)) {
        const known = logs.get(digest);
        if (known) known.push(log);
        else logs.set(digest, [log]);
      }
    }
    this.#logs.set(name, logs);
    this.#size += logs.size + 1;
    return logs;
  }

  #partsOf(session: string): readonly PrunedPart[] {
    this.#parts ??= readPruned(this.#files, this.#dir, this.#state);
    return this.#parts.get(session) ?? [];
  }
}
