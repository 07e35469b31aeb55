/**
 * The newest messages of a session: for each its digest, the round that stored it, and its place in that round's
 * request. They are kept in their saved form, 24 bytes each, because thousands of sessions can be active at once and
 * objects would take five times the memory.
 *
 * A record is identified by its ordinal, counted from 0 in the order of storing since the session began.
 */
export class MessageRecords {
  /** Ordinal of the first record that is kept. */
  readonly #first: number;
  #bytes: Buffer;
  #count: number;
  /** Ordinals by the head of the digest, or by the next free number. */
  readonly #ordinals = new Map<number, number>();

  /** `saved`: the newest of `length` records, as returned by `encode`. */
  constructor(length = 0, saved: Uint8Array = NONE) {
    this.#bytes = Buffer.from(saved);
    this.#count = saved.length / RECORD_BYTES;
    this.#first = length - this.#count;
    for (let i = 0; i < this.#count; i++) this.#enter(i);
  }

  /** Number of records since the session began. */
  get length(): number {
    return this.#first + this.#count;
  }

  /** How many records are kept. */
  get kept(): number {
    return this.#count;
  }

  /** The ordinal of the message with this digest (16 bytes, latin1); undefined if none is kept. */
  find(digest: string): number | undefined {
    for (let head = headOf(digest); ; head = nextHead(head)) {
      const ordinal = this.#ordinals.get(head);
      if (ordinal === undefined || this.#hasDigest(ordinal - this.#first, digest)) return ordinal;
    }
  }

  /** Adds a message that `find` did not find; returns its ordinal. */
  add(digest: string, round: number, place: number): number {
    const at = this.#count * RECORD_BYTES;
    if (at === this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(SMALLEST_BYTES, 2 * at));
      this.#bytes.copy(larger);
      this.#bytes = larger;
    }
    this.#bytes.write(digest, at, 'latin1');
    this.#bytes.writeUInt32LE(round, at + DIGEST_BYTES);
    this.#bytes.writeUInt32LE(place, at + PLACE_AT);
    this.#enter(this.#count++);
    return this.length - 1;
  }

  /** The round that stored a message; undefined if its record is not kept. */
  roundOf(ordinal: number): number | undefined {
    return this.#number(ordinal, DIGEST_BYTES);
  }

  /** Its place in that round's request. */
  placeOf(ordinal: number): number | undefined {
    return this.#number(ordinal, PLACE_AT);
  }

  /** The records from an ordinal on, for saving. Existing records never change. */
  encode(from: number): Buffer {
    const at = Math.max(0, from - this.#first) * RECORD_BYTES;
    return this.#bytes.subarray(at, this.#count * RECORD_BYTES);
  }

  #number(ordinal: number, at: number): number | undefined {
    const i = ordinal - this.#first;
    return i >= 0 && i < this.#count ? this.#bytes.readUInt32LE(i * RECORD_BYTES + at) : undefined;
  }

  /** Enters the i-th record kept under the head of its digest. */
  #enter(i: number): void {
    let head = this.#bytes.readUInt32LE(i * RECORD_BYTES) & HEAD_MASK;
    while (this.#ordinals.has(head)) head = nextHead(head);
    this.#ordinals.set(head, this.#first + i);
  }

  #hasDigest(i: number, digest: string): boolean {
    const at = i * RECORD_BYTES;
    for (let k = 0; k < DIGEST_BYTES; k++) if (this.#bytes[at + k] !== digest.charCodeAt(k)) return false;
    return true;
  }
}

export const RECORD_BYTES = 24;
const DIGEST_BYTES = 16;
const PLACE_AT = 20;
const SMALLEST_BYTES = 8 * RECORD_BYTES;
const NONE = new Uint8Array();

/** A head is a small integer, which takes no memory of its own. */
const HEAD_MASK = 0x3fff_ffff;

function headOf(digest: string): number {
  const low = digest.charCodeAt(0) | (digest.charCodeAt(1) << 8);
  const high = digest.charCodeAt(2) | (digest.charCodeAt(3) << 8);
  return (low | (high << 16)) & HEAD_MASK;
}

function nextHead(head: number): number {
  return (head + 1) & HEAD_MASK;
}
