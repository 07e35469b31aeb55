import { bucketOf, type UsageCell } from '../../model/usage-cell.ts';
import type { SessionEntry, SessionHead } from '../../model/session-entry.ts';
import type { Files } from '../../platform/files.ts';
import { SEPARATOR } from '../../session-format/framing.ts';
import { readFields } from '../../session-format/read-round.ts';
import { identityOfStored } from '../../session-format/round-identity.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import { roundsBackward, type PlacedLine } from '../../store/read-backward.ts';

/** The logs that rounds with the same key were read from, one number per round. */
export type Keys = Map<string, number[]>;

/** How many keys of stored rounds are held at once, of all sessions together: about 20 MB. */
export const MOST_KEYS = 100_000;

/** Rounds of one bucket: their keys, and the offsets in the session's file between which they lie. */
interface FiledBucket {
  from: number;
  to: number;
  rounds: number;
  keys: Keys | undefined;
}

/**
 * The stored rounds of one session, as far as they were needed. The file is read backward, and only until all rounds of
 * a bucket that the index counts are found. So the newest rounds are cheap to look up, however long the session is.
 */
export class SessionRounds {
  readonly #files: Files;
  readonly #dir: string;
  #entry: SessionEntry;
  #counts: ReadonlyMap<number, number>;
  readonly #buckets = new Map<number, FiledBucket>();
  /** The part of the file that was read. */
  #low: number;
  #high: number;
  /** How many keys are held. */
  size = 0;

  constructor(files: Files, dir: string, entry: SessionEntry) {
    this.#files = files;
    this.#dir = dir;
    this.#entry = entry;
    this.#counts = countsOf(entry.usage);
    this.#low = entry.end;
    this.#high = entry.end;
  }

  /** Whether every round that the index counts for the session is known here. */
  isUpTo({ file, end, rounds }: SessionHead): boolean {
    return file === this.#entry.file && end === this.#entry.end && rounds === this.#entry.rounds;
  }

  /** Adopts an entry with more rounds; returns false if its file is a different one. */
  goOn(entry: SessionEntry): boolean {
    if (entry.file !== this.#entry.file || entry.end < this.#high) return false;
    this.#entry = entry;
    this.#counts = countsOf(entry.usage);
    return true;
  }

  /** The logs of the stored rounds that have this key and lie in this bucket. */
  logsOf(key: string, bucket: number): readonly number[] {
    this.#readNew();
    const count = this.#counts.get(bucket) ?? 0;
    if (count === 0) return [];
    this.#readBack(() => this.#low > 0 && (this.#buckets.get(bucket)?.rounds ?? 0) < count);
    return this.#keysOf(bucket)?.get(key) ?? [];
  }

  /** Drops the keys of all buckets but one. They are read again when needed. */
  dropKeysExcept(bucket: number): void {
    for (const [number, filed] of this.#buckets) {
      if (number === bucket || !filed.keys) continue;
      this.size -= filed.keys.size;
      filed.keys = undefined;
    }
  }

  /** Reads the rounds that were committed since the last look at the file. */
  #readNew(): void {
    if (this.#high === this.#entry.end) return;
    for (const line of this.#lines(this.#high, this.#entry.end)) this.#take(line);
    this.#high = this.#entry.end;
  }

  #readBack(isNeeded: () => boolean): void {
    if (!isNeeded()) return;
    for (const line of this.#lines(0, this.#low)) {
      this.#take(line);
      this.#low = line.start;
      if (!isNeeded()) return;
    }
    this.#low = 0;
  }

  #lines(from: number, to: number): Iterable<PlacedLine> {
    return roundsBackward(this.#files, this.#dir, this.#entry, from, to);
  }

  #take({ text, start, end }: PlacedLine): void {
    const stored = readFields(text);
    const bucket = bucketOfStored(stored);
    let filed = this.#buckets.get(bucket);
    if (!filed) {
      // Beyond that, keys are read again where they are needed: a long session has millions.
      const keys = this.size < MOST_KEYS ? new Map<string, number[]>() : undefined;
      this.#buckets.set(bucket, (filed = { from: start, to: end, rounds: 0, keys }));
    }
    filed.from = Math.min(filed.from, start);
    filed.to = Math.max(filed.to, end);
    filed.rounds++;
    if (filed.keys) this.#addKey(filed.keys, stored);
  }

  #addKey(keys: Keys, stored: StoredRound): void {
    const before = keys.size;
    addKey(keys, stored);
    this.size += keys.size - before;
  }

  #keysOf(bucket: number): Keys | undefined {
    const filed = this.#buckets.get(bucket);
    if (!filed || filed.keys) return filed?.keys;
    filed.keys = new Map();
    for (const { text } of this.#lines(Math.max(0, filed.from - SEPARATOR.length), filed.to)) {
      const stored = readFields(text);
      if (bucketOfStored(stored) === bucket) this.#addKey(filed.keys, stored);
    }
    return filed.keys;
  }
}

/** Adds a stored round to the keys; not one without an identity. */
export function addKey(keys: Keys, stored: StoredRound): void {
  const identity = identityOfStored(stored);
  if (!identity) return;
  const logs = keys.get(identity.key);
  if (logs) logs.push(stored.at[0]);
  else keys.set(identity.key, [stored.at[0]]);
}

function bucketOfStored({ timestamp }: StoredRound): number {
  return bucketOf(Date.parse(timestamp));
}

/** How many rounds of each bucket the index counts. */
function countsOf(cells: readonly UsageCell[]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { bucket, rounds } of cells) counts.set(bucket, (counts.get(bucket) ?? 0) + rounds);
  return counts;
}
