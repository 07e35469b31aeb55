import type { SessionHead } from '../../model/session-entry.ts';
import type { Files } from '../../platform/files.ts';
import { roundLength } from '../../session-format/framing.ts';
import { readFields } from '../../session-format/read-round.ts';
import { identityOfStored } from '../../session-format/round-identity.ts';
import { hashOfId, timelessIds } from '../../session-format/timeless-ids.ts';
import { PlaceTable } from './place-table.ts';
import { readRoundBytes, roundBlocks } from '../../store/round-blocks.ts';

/** Of how many keys the logs are remembered: lines of different requests can all have one key. */
const MOST_REMEMBERED = 1000;

/**
 * The stored rounds of one session without a time of their own. Nothing says where in the file such a round is, so a run
 * that needs one looks through the whole file, once: it finds ids without parsing rounds, keeps 24 bytes for each, and
 * reads only the rounds that can be the one.
 */
export class TimelessRounds {
  readonly #files: Files;
  readonly #dir: string;
  #head: SessionHead;
  /** Up to where the file was looked through. */
  #high = 0;
  /** By the hash of an id. */
  readonly #places = new PlaceTable();
  /** By key, as far as it was asked for. */
  readonly #logs = new Map<string, number[]>();

  constructor(files: Files, dir: string, head: SessionHead) {
    this.#files = files;
    this.#dir = dir;
    this.#head = head;
  }

  /** How many ids are held. */
  get size(): number {
    return this.#places.size;
  }

  /** Adopts the session as of now; returns false if its file is a different one. */
  goOn(head: SessionHead): boolean {
    if (head.file !== this.#head.file || head.end < this.#high) return false;
    this.#head = head;
    return true;
  }

  /** The logs of the rounds that have this key, one for each; `id` is the request's id or, without one, the response's. */
  logsOf(key: string, id: string): readonly number[] {
    this.#lookThrough();
    const known = this.#logs.get(key);
    if (known) return known;
    const logs: number[] = [];
    let last = -1;
    for (const { start, end } of this.#places.get(hashOfId(id))) {
      // Both ids of a round can have the same hash.
      if (start !== last) logs.push(...this.#logIfKey(key, start, end));
      last = start;
    }
    if (this.#logs.size >= MOST_REMEMBERED) this.#logs.clear();
    this.#logs.set(key, logs);
    return logs;
  }

  #logIfKey(key: string, start: number, end: number): number[] {
    const line = readRoundBytes(this.#files, this.#dir, this.#head.file, start, end);
    const stored = readFields(line.toString('utf8', 0, roundLength(line)));
    const isTimeless = stored.flags?.includes('time-missing') === true;
    return isTimeless && identityOfStored(stored)?.key === key ? [stored.at[0]] : [];
  }

  #lookThrough(): void {
    const { end } = this.#head;
    if (this.#high === end) return;
    for (const { bytes, at } of roundBlocks(this.#files, this.#dir, this.#head, this.#high, end)) {
      for (const place of timelessIds(bytes)) {
        this.#places.add(place.hash, { start: at + place.start, end: at + place.end });
      }
    }
    this.#high = end;
    this.#logs.clear();
  }
}
