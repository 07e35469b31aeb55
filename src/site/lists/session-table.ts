import type { SiteSession } from '../shown-session.ts';
import type { ListRow } from './list-row.ts';

/** The sessions that lists have, in some 70 bytes each: a store can have a million. */
export class SessionTable {
  #size = 0;
  #created = new Float64Array(1024);
  /** The bytes of marks, and flags. */
  #marks: Buffer = Buffer.alloc(1024 * MARK_BYTES);
  /** 1: bounded; 2: without a page. */
  #flags = new Uint8Array(1024);
  #lastDays = new Int32Array(1024);
  #keys: Buffer = Buffer.alloc(1024 * MARK_BYTES);
  #idEnds = new Float64Array(1024);
  #ids: Buffer = Buffer.alloc(1 << 16);
  #idsLength = 0;

  get size(): number {
    return this.#size;
  }

  add({ entry, key, mark }: SiteSession, { isBounded, isLinked, lastDay }: ListRow): void {
    if (this.#size === this.#created.length) this.#grow();
    const at = this.#size++;
    this.#created[at] = entry.created;
    this.#flags[at] = (isBounded ? 1 : 0) + (isLinked ? 0 : 2);
    this.#lastDays[at] = lastDay;
    this.#marks.write(mark, at * MARK_BYTES, 'hex');
    this.#keys.write(key, at * MARK_BYTES, 'hex');
    const length = Buffer.byteLength(entry.id);
    while (this.#idsLength + length > this.#ids.length) this.#ids = doubled(this.#ids);
    this.#ids.write(entry.id, this.#idsLength);
    this.#idsLength += length;
    this.#idEnds[at] = this.#idsLength;
  }

  /** A session's row in a list that is ordered by first round. */
  row(index: number): ListRow {
    const from = index * MARK_BYTES;
    return {
      at: this.#created[index] ?? 0,
      key: this.#keys.toString('hex', from, from + MARK_BYTES),
      mark: this.#marks.toString('hex', from, from + MARK_BYTES),
      isBounded: ((this.#flags[index] ?? 0) & 1) !== 0,
      isLinked: ((this.#flags[index] ?? 0) & 2) === 0,
      lastDay: this.#lastDays[index] ?? 0,
      id: this.#ids.toString('utf8', index === 0 ? 0 : this.#idEnds[index - 1], this.#idEnds[index]),
    };
  }

  /** All sessions by first round. They were added in the order of their keys, which decides between equal times. */
  inOrder(): Uint32Array {
    const order = new Uint32Array(this.#size);
    for (let i = 0; i < order.length; i++) order[i] = i;
    const created = this.#created;
    return order.toSorted((a, b) => (created[a] ?? 0) - (created[b] ?? 0) || a - b);
  }

  created(index: number): number {
    return this.#created[index] ?? 0;
  }

  #grow(): void {
    const size = this.#size * 2;
    this.#created = grown(this.#created, new Float64Array(size));
    this.#idEnds = grown(this.#idEnds, new Float64Array(size));
    this.#lastDays = grown(this.#lastDays, new Int32Array(size));
    this.#flags = grown(this.#flags, new Uint8Array(size));
    this.#marks = doubled(this.#marks);
    this.#keys = doubled(this.#keys);
  }
}

/** Of a mark, and of a key. */
const MARK_BYTES = 8;

function grown<T extends Float64Array | Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function doubled(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(bytes.length)]);
}
