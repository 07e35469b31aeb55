import { hash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';

/** The first `bytes` bytes of the SHA-256, as a latin1 string of that length. */
export function digest(data: string | Uint8Array, bytes: number): string {
  // A slice of the hash string would keep the whole string in memory.
  scratch.write(hash('sha256', data, 'binary'), 'binary');
  return scratch.toString('binary', 0, bytes);
}

const scratch = Buffer.allocUnsafeSlow(32);

/** The first `characters` characters of the SHA-256 in Base64. */
export function base64Digest(data: string | Uint8Array, characters: number): string {
  return hash('sha256', data, 'base64').slice(0, characters);
}

/** The first 8 bytes of the SHA-256, in hexadecimal. */
export function hexDigest(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex').slice(0, 16);
}

/** The SHA-256 in hexadecimal, as `sha256sum` prints it. */
export function sha256(data: string | Uint8Array): string {
  return hash('sha256', data, 'hex');
}

/** The CRC-32 of `data`; or of earlier data, whose CRC-32 is `before`, followed by `data`. */
export function crc32(data: Uint8Array, before = 0): number {
  return zlibCrc32(data, before);
}
