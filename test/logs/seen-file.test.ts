import { describe, expect, test } from 'vitest';
import { isUnchanged, seeFile } from '../../src/logs/seen-file.ts';

const FACTS = { dev: 1, ino: 2, size: 3, mtime: 4000, ctime: 5000, isFile: true, uid: 0 };

describe('a file seen before', () => {
  test('is unchanged while nothing that the system says of it has changed', () => {
    const seen = seeFile('a', FACTS, 9000);
    expect(isUnchanged(seen, { ...FACTS })).toBe(true);
    for (const key of ['dev', 'ino', 'size', 'mtime', 'ctime'] as const) {
      expect(isUnchanged(seen, { ...FACTS, [key]: 99 })).toBe(false);
    }
  });

  test('is not certain to be unchanged when it had just been changed, or the clock stood before that', () => {
    expect([4000, 5000, 6999, 7000].map((now) => isUnchanged(seeFile('a', FACTS, now), FACTS))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  test('keeps its path and, compressed, its digest', () => {
    const { isFile: _, uid: __, ...facts } = FACTS;
    expect(seeFile('a', FACTS, 9000)).toEqual({ path: 'a', ...facts, young: false });
    expect(seeFile('a.gz', FACTS, 5001, '9:x')).toEqual({ path: 'a.gz', ...facts, young: true, gzip: '9:x' });
  });
});
