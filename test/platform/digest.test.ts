import { expect, test } from 'vitest';
import { crc32, digest } from '../../src/platform/digest.ts';

const hex = (text: string): string => Buffer.from(text, 'latin1').toString('hex');

test('a digest is the beginning of a SHA-256', () => {
  expect(hex(digest('abc', 12))).toBe('ba7816bf8f01cfea414140de');
  expect(digest(Buffer.from('é'), 32)).toBe(digest('é', 32));
  expect(digest('abc', 32)).toHaveLength(32);
});

test('a CRC-32 can be taken piece by piece', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  expect(crc32(Buffer.from('6789'), crc32(Buffer.from('12345')))).toBe(0xcbf43926);
  expect(crc32(Buffer.alloc(0))).toBe(0);
});
