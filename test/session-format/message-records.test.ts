import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageRecords, RECORD_BYTES } from '../../src/session-format/message-records.ts';

/** Few bytes at few places, so that many digests begin alike, also with the largest head that there is. */
const digests = fc.uniqueArray(
  fc
    .array(fc.constantFrom('\0', '\u00fe', '\u00ff'), { minLength: 3, maxLength: 3 })
    .map(([head = '', middle = '', end = '']) => head.repeat(4) + middle.repeat(11) + end),
  { minLength: 1, maxLength: 27 },
);
/** Some of the digests are looked for, and never added. */
const sequence = fc.tuple(digests, fc.nat(27), fc.nat(27));

function filled(added: readonly string[]): MessageRecords {
  const records = new MessageRecords();
  for (const [i, digest] of added.entries()) expect(records.add(digest, 100 + i, 200 + i)).toBe(i);
  return records;
}

test('each message is found by its digest, and no other, however alike they begin', () => {
  fc.assert(
    fc.property(sequence, ([all, count]) => {
      const added = all.slice(0, count);
      const records = filled(added);
      expect(records.length).toBe(added.length);
      expect(all.map((digest) => records.find(digest))).toEqual(
        all.map((_, i) => (i < added.length ? i : undefined)),
      );
      for (const i of added.keys())
        expect([records.roundOf(i), records.placeOf(i)]).toEqual([100 + i, 200 + i]);
      expect([records.roundOf(added.length), records.placeOf(-1)]).toEqual([undefined, undefined]);
    }),
  );
});

test('loaded again, the newest keep their ordinals, and the others are as if they had never been', () => {
  fc.assert(
    fc.property(sequence, ([all, count, dropped]) => {
      const added = all.slice(0, count);
      const saved = filled(added).encode(dropped);
      const kept = Math.max(0, added.length - dropped);
      expect(saved).toHaveLength(kept * RECORD_BYTES);
      const records = new MessageRecords(added.length, saved);
      expect([records.length, records.kept]).toEqual([added.length, kept]);
      const isKept = (i: number): boolean => i < added.length && i >= added.length - kept;
      expect(all.map((digest) => records.find(digest))).toEqual(
        all.map((_, i) => (isKept(i) ? i : undefined)),
      );
      expect(added.map((_, i) => records.roundOf(i))).toEqual(
        added.map((_, i) => (isKept(i) ? 100 + i : undefined)),
      );
      expect(records.add('x'.repeat(16), 1, 2)).toBe(added.length);
      expect(records.find('x'.repeat(16))).toBe(added.length);
      expect(records.encode(0)).toHaveLength((kept + 1) * RECORD_BYTES);
    }),
  );
});

test('what is saved stays as it was when more is added', () => {
  const records = filled(['a'.repeat(16)]);
  const saved = records.encode(0);
  const before = Buffer.from(saved);
  for (let i = 0; i < 40; i++) records.add(String(i).padStart(16, '0'), i, i);
  expect(saved).toEqual(before);
  expect(saved.toString('latin1', 0, 16)).toBe('a'.repeat(16));
  expect([saved.readUInt32LE(16), saved.readUInt32LE(20)]).toEqual([100, 200]);
});
