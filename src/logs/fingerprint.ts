import type { Fingerprint } from '../model/log-position.ts';
import { digest } from '../platform/digest.ts';

/** A log's bytes as far as a fingerprint looks at them. */
export interface Content {
  size: number;
  /** Digests of the first 64, 128, 192 … bytes up to 4 KiB, as in a fingerprint. */
  head(): string;
  /** Digest of the KiB that ends at `end` (of all bytes before it where there are fewer). */
  window(end: number): string;
}

export const HEAD_BYTES = 4096;
export const WINDOW_BYTES = 1024;
const STEP = 64;
const STEP_DIGEST = 6;
/** Characters of a step's digest in base64. */
const STEP_LENGTH = 8;
const WINDOW_DIGEST = 12;

/**
 * Whether a log agrees with the fingerprint wherever that covers its bytes. A shorter log that agrees may be a copy, or
 * the same log half copied; the fingerprint covers nothing of one under 64 bytes, which agrees.
 */
export function agrees(print: Fingerprint, content: Content): boolean {
  const shared = Math.min(content.size, print.offset);
  const steps = Math.floor(Math.min(shared, HEAD_BYTES) / STEP) * STEP_LENGTH;
  // First what needs no look at the log: most logs differ in their first line.
  if (content.head().slice(0, steps) !== print.head.slice(0, steps)) return false;
  if (content.size >= print.offset && content.window(print.offset) !== print.last) return false;
  const ends = windowEnds(shared);
  for (let k = ends.length - 1; k >= 0; k--) {
    if (content.window(ends[k] ?? 0) !== print.windows[k]) return false;
  }
  return true;
}

/** Builds the fingerprint of a log from the bytes that pass, from its first byte or from a known offset on. */
export class FingerprintBuilder {
  #offset = 0;
  #head: Buffer = Buffer.alloc(0);
  #windows: string[] = [];
  /** The last KiB that passed. */
  #tail: Buffer = Buffer.alloc(0);

  /** Goes on after the bytes that `print` covers; `readAt` reads the log. */
  static resume(
    print: Fingerprint,
    readAt: (position: number, length: number) => Uint8Array,
  ): FingerprintBuilder {
    const builder = new FingerprintBuilder();
    const tail = Math.min(print.offset, WINDOW_BYTES);
    builder.#offset = print.offset;
    builder.#head = Buffer.from(readAt(0, Math.min(print.offset, HEAD_BYTES)));
    builder.#windows = [...print.windows];
    builder.#tail = Buffer.from(readAt(print.offset - tail, tail));
    return builder;
  }

  get offset(): number {
    return this.#offset;
  }

  pass(bytes: Uint8Array): void {
    if (this.#head.length < HEAD_BYTES) {
      this.#head = Buffer.concat([this.#head, bytes.subarray(0, HEAD_BYTES - this.#head.length)]);
    }
    const end = this.#offset + bytes.length;
    for (let window = nextWindowEnd(this.#windows.length); window <= end; window *= 2) {
      this.#windows.push(windowDigest(this.#before(window, bytes)));
    }
    this.#tail = Buffer.from(this.#before(end, bytes));
    this.#offset = end;
  }

  take(): Fingerprint {
    return {
      offset: this.#offset,
      head: headDigests(this.#head),
      windows: [...this.#windows],
      last: windowDigest(this.#tail),
    };
  }

  /** The KiB before `end`, which lies within `bytes` that are just passing. */
  #before(end: number, bytes: Uint8Array): Uint8Array {
    const to = end - this.#offset;
    if (to >= WINDOW_BYTES) return bytes.subarray(to - WINDOW_BYTES, to);
    return Buffer.concat([this.#tail, bytes.subarray(0, to)]).subarray(-WINDOW_BYTES);
  }
}

/** Ends of the windows within the first `offset` bytes: 4 KiB, 8 KiB, 16 KiB … */
export function windowEnds(offset: number): number[] {
  const ends: number[] = [];
  for (let end = nextWindowEnd(0); end <= offset; end *= 2) ends.push(end);
  return ends;
}

function nextWindowEnd(have: number): number {
  return HEAD_BYTES * 2 ** have;
}

export function windowDigest(bytes: Uint8Array): string {
  return base64(digest(bytes, WINDOW_DIGEST));
}

/** Digests of a log's first bytes, HEAD_BYTES at most. A chain: each step's digest covers all bytes before it. */
export function headDigests(bytes: Uint8Array): string {
  let chain = '';
  let digests = '';
  for (let end = STEP; end <= bytes.length; end += STEP) {
    chain = digest(Buffer.concat([Buffer.from(chain, 'latin1'), bytes.subarray(end - STEP, end)]), 16);
    digests += base64(chain.slice(0, STEP_DIGEST));
  }
  return digests;
}

function base64(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('base64');
}
