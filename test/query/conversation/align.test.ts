import { expect, test } from 'vitest';
import { align, commonPrefix } from '../../../src/query/conversation/align.ts';
import { fc } from '../../fast-check.ts';

test('how many messages two requests begin with', () => {
  expect(commonPrefix([], [1])).toBe(0);
  expect(commonPrefix([1, 2, 3], [1, 2])).toBe(2);
  expect(commonPrefix([1, 2], [1, 2, 3])).toBe(2);
  expect(commonPrefix([1, 2, 3], [1, 9, 3])).toBe(1);
  expect(commonPrefix([1, undefined], [1])).toBe(1);
});

test.each([
  ['goes on', [1, 2], [1, 2, 3, 4], { prefix: 2, added: [2, 3], removed: 0 }],
  ['the same again', [1, 2], [1, 2], { prefix: 2, added: [], removed: 0 }],
  ['the first', [], [1, 2], { prefix: 0, added: [0, 1], removed: 0 }],
  ['cut off at the end', [1, 2, 3], [1], { prefix: 1, added: [], removed: 2 }],
  ['one of the middle is gone', [1, 2, 3, 4], [1, 3, 4], { prefix: 1, added: [], removed: 1 }],
  ['one is put in', [1, 2, 3], [1, 9, 2, 3], { prefix: 1, added: [1], removed: 0 }],
  ['one is put before all', [1, 2], [9, 1, 2], { prefix: 0, added: [0], removed: 0 }],
  ['one is replaced', [1, 2, 3], [1, 9, 3, 4], { prefix: 1, added: [1, 3], removed: 1 }],
  ['nothing is left', [1, 2], [8, 9, 7], { prefix: 0, added: [0, 1, 2], removed: 2 }],
  ['the same word twice', [1, 5, 5, 2], [9, 5, 5, 2], { prefix: 0, added: [0], removed: 1 }],
  ['the same word once less', [1, 5, 5, 2], [5, 2], { prefix: 0, added: [], removed: 2 }],
  ['the same word once more', [1, 5, 2], [5, 5, 2], { prefix: 0, added: [1], removed: 1 }],
  ['two that changed places', [1, 2, 3], [9, 3, 2], { prefix: 0, added: [0, 2], removed: 2 }],
])('%s', (_, earlier, later, expected) => {
  expect(align(earlier, later)).toEqual(expected);
});

test('what is not added stands in the earlier request in this order, each message once', () => {
  const messages = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 12 });
  fc.assert(
    fc.property(messages, messages, (earlier, later) => {
      const { prefix, added, removed } = align(earlier, later);
      const kept = later.filter((_, i) => !added.includes(i));
      expect(kept.length).toBe(earlier.length - removed);
      expect(kept.slice(0, prefix)).toEqual(earlier.slice(0, prefix));
      let at = -1;
      for (const message of kept) {
        at = earlier.indexOf(message, at + 1);
        expect(at).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
