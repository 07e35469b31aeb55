import { hash } from 'node:crypto';
import { crc32 as zlibCrc32 } from 'node:zlib';

/** The first `bytes` bytes of a SHA-256, as a string of that many characters (latin1). */
export function digest(data: string | Uint8Array, bytes: number): string {
  return hash('sha256', data, 'buffer').toString('latin1', 0, bytes);
}

export function crc32(data: Uint8Array): number {
  return zlibCrc32(data);
}
