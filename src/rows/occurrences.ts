import { bucketOf, type UsageCell } from '../model/usage-cell.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { nodeFiles } from '../platform/files.ts';
import { keyOf, type LogNumbers } from '../query/stores/round-keys.ts';
import { readFields } from '../session-format/read-round.ts';
import type { StoredRound } from '../session-format/stored-round.ts';
import { roundsBackward } from '../store/read-backward.ts';

/** The bucket of rounds whose identity has no time: rounds of any bucket can look like them. */
const TIMELESS = -1;

export interface Numbered {
  identity: string;
  occurrence: number;
}

/** Numbers the rounds of one session that look the same, in the order of its file. */
export class Occurrences {
  readonly #logs: LogNumbers;
  /** How often an identity was met, by bucket. Rounds that look the same have the same time. */
  readonly #counts = new Map<number, Map<string, number>>();
  /** How many rounds of a bucket are still to come: after the last, what was met in it is forgotten. */
  readonly #left: Map<number, number>;

  /** `usage`: that of the rounds to come; without it, nothing is forgotten. */
  constructor(logs: LogNumbers, usage: readonly UsageCell[] = []) {
    this.#logs = logs;
    this.#left = roundsByBucket(usage);
  }

  next(stored: StoredRound): Numbered {
    const identity = this.#identityOf(stored);
    const bucket = bucketOfRound(stored);
    const counts = this.#counts.get(bucket) ?? new Map<string, number>();
    const occurrence = identity === '' ? 1 : (counts.get(identity) ?? 0) + 1;
    if (identity !== '') this.#counts.set(bucket, counts.set(identity, occurrence));
    const left = (this.#left.get(bucket) ?? Infinity) - 1;
    this.#left.set(bucket, left);
    if (left === 0) this.#counts.delete(bucket);
    return { identity, occurrence };
  }

  /** Counts the rounds that the session had before, as far as new ones can look like them. */
  addEarlier(dir: string, before: SessionEntry, added: readonly StoredRound[]): void {
    // As usual: nothing is read.
    if (added.every((one) => isTimed(one) && Date.parse(one.timestamp) > before.updated)) return;
    const identities = new Set(added.map((stored) => this.#identityOf(stored)));
    const buckets = new Set(added.map(bucketOfRound));
    const left = roundsByBucket(before.usage);
    for (const { text } of roundsBackward(nodeFiles, dir, before, 0, before.end)) {
      const stored = readFields(text);
      const bucket = bucketOfRound(stored);
      if (identities.has(this.#identityOf(stored))) this.next(stored);
      left.set(bucket, (left.get(bucket) ?? 0) - 1);
      // Of a pruned session this does not become true, and all that is left of it is read.
      if ([...buckets].every((one) => one !== TIMELESS && (left.get(one) ?? 0) <= 0)) return;
    }
  }

  #identityOf(stored: StoredRound): string {
    return keyOf(0, stored, () => this.#logs).digest ?? '';
  }
}

function isTimed({ flags }: StoredRound): boolean {
  return flags?.includes('time-missing') !== true;
}

function bucketOfRound(stored: StoredRound): number {
  return isTimed(stored) ? bucketOf(Date.parse(stored.timestamp)) : TIMELESS;
}

function roundsByBucket(usage: readonly UsageCell[]): Map<number, number> {
  const rounds = new Map<number, number>();
  for (const { bucket, rounds: count } of usage) rounds.set(bucket, (rounds.get(bucket) ?? 0) + count);
  return rounds;
}
