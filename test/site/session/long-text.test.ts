import { expect, test } from 'vitest';
import { longText } from '../../../src/site/session/long-text.ts';
import type { Content } from '../../../src/site/session/view.ts';

const texts = (...all: string[]): Content[] => all.map((text) => ({ kind: 'text', clip: { text, left: 0 } }));

test('a message is long from 4,001 characters or 61 lines on, in all of its parts', () => {
  expect(longText(texts('a'.repeat(4000)))).toBeNull();
  expect(longText(texts('a\n'.repeat(59)))).toBeNull();
  expect(longText([])).toBeNull();
  expect(longText(texts('b'.repeat(4001)))).toEqual({
    first: `${'b'.repeat(500)} …`,
    sum: '4,001 characters in 1 line',
  });
  expect(longText(texts('a\n'.repeat(60)))?.first).toBe('a\na\na\na\na\na …');
  expect(longText(texts('a'.repeat(2000), 'b'.repeat(2001)))?.sum).toBe('4,001 characters in 2 lines');
});

test('what the page leaves out counts, and controls are seen', () => {
  const clip = { text: `  \u001b[31m${'😀'.repeat(2500)}`, left: 195_000 };
  const long = longText([{ kind: 'text', clip }]);
  expect(long?.sum).toBe('200,007 characters in 1 line');
  // No half of a character.
  expect(long?.first).toBe(`␛[31m${'😀'.repeat(247)} …`);
});
