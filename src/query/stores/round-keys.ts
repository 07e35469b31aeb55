import { bucketOf } from '../../model/usage-cell.ts';
import { digestOfKey, digestsIn } from '../../session-format/key-digests.ts';
import { identityOfStored } from '../../session-format/round-identity.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import { TIMELESS, type PrunedPart } from '../../store/pruned-file.ts';

/** Numbers for logs: the same one for the same log, as far as that is known. Undefined: nothing is known of it. */
export interface LogNumbers {
  numberOf: (store: number, log: number) => number | string | undefined;
}

/** What says that rounds of two stores, in one session, are the same request. */
export interface RoundKey {
  /** Undefined: nothing does. */
  digest: string | undefined;
  /** The same as pruned rounds have it. */
  pruned: string | undefined;
}

/**
 * The key of a stored round of the store with this number. A line with its own identity has that one. Without, it is the
 * place in the log, if the stores read the same log, or the place in an imported file.
 */
export function keyOf(store: number, stored: StoredRound, logs: () => LogNumbers): RoundKey {
  const identity = identityOfStored(stored);
  if (identity) {
    const digest = digestOfKey(identity.key);
    const isTimeless = stored.flags?.includes('time-missing') === true;
    const bucket = isTimeless ? TIMELESS : bucketOf(Date.parse(stored.timestamp));
    return { digest, pruned: `${bucket} ${digest}` };
  }
  const place = placeOf(store, stored, logs);
  return { digest: place === undefined ? undefined : digestOfKey(place), pruned: undefined };
}

function placeOf(store: number, stored: StoredRound, logs: () => LogNumbers): string | undefined {
  const { at, model, consumer, api, response_code, duration_ms, input_tokens, output_tokens } = stored;
  const facts = [at[1], model, consumer, api, response_code, duration_ms, input_tokens, output_tokens];
  // The time of an imported round is in its file; that of a line without one depends on who read it.
  if (stored.flags?.includes('imported')) return JSON.stringify(['imported', stored.timestamp, ...facts]);
  const log = logs().numberOf(store, at[0]);
  return log === undefined ? undefined : JSON.stringify(['log', log, ...facts]);
}

/** The keys of removed rounds. */
export function prunedKeys(parts: readonly PrunedPart[]): string[] {
  return parts.flatMap(({ keys = [] }) =>
    keys.flatMap(([bucket, , digests]) => Array.from(digestsIn(digests), (digest) => `${bucket} ${digest}`)),
  );
}

/**
 * Which rounds of one session count, for rounds that come store by store. Of rounds with one key, those of the store that
 * has most of them count, as in one store those of the log that has most of them.
 */
export class DistinctRounds {
  /** How many rounds with a key count so far. */
  readonly #taken = new Map<string, number>();
  #own = new Map<string, number>();

  nextStore(): void {
    for (const [digest, count] of this.#own)
      this.#taken.set(digest, Math.max(count, this.#taken.get(digest) ?? 0));
    this.#own = new Map();
  }

  /** Whether the next round of the current store counts. */
  take(digest: string): boolean {
    const count = (this.#own.get(digest) ?? 0) + 1;
    this.#own.set(digest, count);
    return count > (this.#taken.get(digest) ?? 0);
  }
}
