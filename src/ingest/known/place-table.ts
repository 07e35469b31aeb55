/** Where a line is in a file. */
export interface Place {
  start: number;
  end: number;
}

/** Places by the hash of what is there, in 24 bytes each: a session can have millions of rounds. */
export class PlaceTable {
  /** How many places there are. */
  size = 0;
  #hashes = new Int32Array(1024);
  #starts = new Float64Array(1024);
  #lengths = new Uint32Array(1024);
  /** The place before this one in the list of its slot; -1 if there is none. */
  #before = new Int32Array(1024);
  /** The last place of each slot. The number of slots is a power of two. */
  #slots = new Int32Array(1024).fill(-1);

  add(hash: number, { start, end }: Place): void {
    if (this.size === this.#hashes.length) this.#grow();
    const i = this.size++;
    this.#hashes[i] = hash;
    this.#starts[i] = start;
    this.#lengths[i] = end - start;
    this.#link(i);
  }

  /** The places with this hash, the latest first. */
  *get(hash: number): Generator<Place> {
    for (let i = this.#slots[this.#slotOf(hash)] ?? -1; i >= 0; i = this.#before[i] ?? -1) {
      const start = this.#starts[i] ?? 0;
      if (this.#hashes[i] === hash) yield { start, end: start + (this.#lengths[i] ?? 0) };
    }
  }

  #link(i: number): void {
    const slot = this.#slotOf(this.#hashes[i] ?? 0);
    this.#before[i] = this.#slots[slot] ?? -1;
    this.#slots[slot] = i;
  }

  #slotOf(hash: number): number {
    return hash & (this.#slots.length - 1);
  }

  #grow(): void {
    const size = this.size * 2;
    this.#hashes = withRoom(this.#hashes, new Int32Array(size));
    this.#starts = withRoom(this.#starts, new Float64Array(size));
    this.#lengths = withRoom(this.#lengths, new Uint32Array(size));
    this.#before = new Int32Array(size);
    this.#slots = new Int32Array(size).fill(-1);
    for (let i = 0; i < this.size; i++) this.#link(i);
  }
}

function withRoom<T extends Int32Array | Float64Array | Uint32Array>(values: T, room: T): T {
  room.set(values);
  return room;
}
