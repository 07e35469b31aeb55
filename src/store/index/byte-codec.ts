/** Compact numbers and texts: whole numbers from 0 to 2⁵³ − 1 take seven bits per byte, low bits first. */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(4096);
  #length = 0;

  /** Discards what was written. */
  clear(): void {
    this.#length = 0;
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Throws RangeError unless the value is a whole number from 0 to 2⁵³ − 1. */
  count(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0)
      throw new RangeError(`${value} is not a whole number from 0 to 2⁵³ − 1`);
    this.#reserve(8);
    let rest = value;
    // Bit operators work only below 2³¹.
    for (; rest >= 0x80000000; rest = Math.floor(rest / 128))
      this.#bytes[this.#length++] = (rest % 128) | 0x80;
    for (; rest >= 0x80; rest >>>= 7) this.#bytes[this.#length++] = (rest & 0x7f) | 0x80;
    this.#bytes[this.#length++] = rest;
  }

  /** Well-formed Unicode, preceded by its length in bytes. */
  text(text: string): void {
    const length = Buffer.byteLength(text);
    this.count(length);
    this.#reserve(length);
    this.#bytes.write(text, this.#length, 'utf8');
    this.#length += length;
  }

  /** A non-negative whole number: the count of its 64-bit chunks, then the chunks. */
  big(value: bigint): void {
    const chunks: bigint[] = [];
    for (let rest = value; rest > 0n; rest >>= 64n) chunks.push(BigInt.asUintN(64, rest));
    this.count(chunks.length);
    this.#reserve(8 * chunks.length);
    for (const chunk of chunks) this.#length = this.#bytes.writeBigUInt64LE(chunk, this.#length);
  }

  /**
   * An amount of money, not negative, in 10⁻¹⁸ of its currency. Prices per million tokens have few decimals, so most
   * amounts are multiples of 10⁹ or 10⁶: four bytes instead of nine.
   */
  amount(value: bigint): void {
    for (const [code, unit] of UNITS) {
      const rest = value / unit;
      if (rest * unit !== value || rest > MOST_UNITS) continue;
      this.count(Number(rest) * CODES + code);
      return;
    }
    this.count(0);
    this.big(value);
  }

  /** A copy of what was written. */
  written(): Buffer {
    return Buffer.from(this.#bytes.subarray(0, this.#length));
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }
}

/** Of an amount, the lowest two bits say which unit it is counted in. 0: it is written as a whole. */
const CODES = 4;
const BILLION = 1_000_000_000n;
const MILLION = 1_000_000n;
const UNITS = [
  [1, BILLION],
  [2, MILLION],
  [3, 1n],
] as const;
const MOST_UNITS = (1n << 51n) - 1n;

/** Reads what ByteWriter wrote. The bytes must have been checked: it does not look for their end. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  byte(): number {
    return this.#bytes[this.#at++] ?? 0;
  }

  count(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.#at++] ?? 0;
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    // Bit operators are faster, and work only below 2³¹.
    for (let bits = 7; bits < 28; bits += 7) {
      byte = bytes[this.#at++] ?? 0;
      value |= (byte & 0x7f) << bits;
      if (byte < 0x80) return value;
    }
    for (let scale = 2 ** 28; ; scale *= 128) {
      byte = bytes[this.#at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** Passes counts; after each that is odd, another one. Most of a base's cells are such counts. */
  skipPairs(pairs: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    for (let left = pairs; left > 0; left--) {
      let byte = bytes[at++] as number;
      const isOdd = (byte & 1) === 1;
      while (byte >= 0x80) byte = bytes[at++] as number;
      if (isOdd) while ((bytes[at++] as number) >= 0x80);
    }
    this.#at = at;
  }

  text(): string {
    const length = this.count();
    if (length === 0) return '';
    const from = this.#at;
    this.#at += length;
    return this.#bytes.toString('utf8', from, this.#at);
  }

  skipText(): void {
    const length = this.count();
    this.#at += length;
  }

  amount(): bigint {
    const count = this.count();
    if (count === 0) return this.big();
    const code = count % CODES;
    const units = (count - code) / CODES;
    const unit = code === 1 ? 1e9 : code === 2 ? 1e6 : 1;
    // Most amounts are less than a cent, so that numbers can multiply them.
    return units * unit <= Number.MAX_SAFE_INTEGER ? BigInt(units * unit) : BigInt(units) * BigInt(unit);
  }

  big(): bigint {
    const chunks = this.count();
    let value = 0n;
    for (let i = 0; i < chunks; i++) {
      const chunk = this.#bytes.readBigUInt64LE(this.#at);
      value = i === 0 ? chunk : value | (chunk << BigInt(64 * i));
      this.#at += 8;
    }
    return value;
  }
}
