import { hash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';

/** The first `bytes` bytes of a SHA-256, as a string of that many characters (latin1). */
export function digest(data: string | Uint8Array, bytes: number): string {
  // A slice of the string would keep all of it in memory.
  scratch.write(hash('sha256', data, 'binary'), 'binary');
  return scratch.toString('binary', 0, bytes);
}

const scratch = Buffer.allocUnsafeSlow(32);

/** The first 8 bytes of a SHA-256, in hexadecimal digits. */
export function hexDigest(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex').slice(0, 16);
}

/** A SHA-256, in hexadecimal digits, as `sha256sum` prints it. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** CRC-32 of `data`, or of what had the CRC `before` and `data` behind it. */
export function crc32(data: Uint8Array, before = 0): number {
  return zlibCrc32(data, before);
}
