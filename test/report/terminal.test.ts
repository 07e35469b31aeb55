import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { growthOf, LINEAR } from '../growth.ts';
import { cleanLine, cleanText, printableId } from '../../src/platform/clean-text.ts';
import { clip, padEnd, widthOf, wrap } from '../../src/report/terminal.ts';

test.each([
  ['colours', '\u001b[31mred\u001b[0m', 'red'],
  ['a sequence begun by C1', '\u009b31mred', 'red'],
  ['a window title (OSC)', '\u001b]0;owned\u0007after', 'after'],
  ['a link (OSC 8)', '\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\', 'text'],
  ['a device string', '\u001bP1$r0m\u001b\\after', 'after'],
  ['an OSC without end, whose text stays', '\u001b]0;still here', ']0;still here'],
  ['a lone escape', 'a\u001bb', 'ab'],
  ['bell, backspace, delete', 'a\u0007\b\u007fb', 'ab'],
  ['right-to-left marks', 'abc\u202edcba\u2066x\u200f', 'abcdcbax'],
  ['zero widths and tags', 'a\u200bb\ufeff\u{e0041}c', 'abc'],
  ['line breaks of every kind', 'a\r\nb\u2028c\u0085d\te', 'a b c d e'],
  ['a lone surrogate', 'a\ud800b', 'ab'],
  ['marks in piles', `e${'\u0301'.repeat(500)}x`, `e${'\u0301'.repeat(3)}x`],
  ['spaces around', '  a   b  ', 'a b'],
])('a line is clean of %s', (_, text, clean) => {
  expect(cleanLine(text)).toBe(clean);
});

test('a text keeps its lines and nothing else that moves the cursor', () => {
  expect(cleanText('a\r\nb\rc\u2028d\n\n\te\u001b[2J\u202e\0')).toBe('a\nb\nc\nd\n\n  e');
});

test.each(['\u001b[', '\u001b]', '\u001b]0;;', '\u009d', '\u001bP'])(
  'hostile text is cleaned in linear time: %j',
  (part) => {
    const hostile = (size: number): string => part.repeat(size / part.length);
    expect(growthOf(60_000, hostile, cleanText)).toBeLessThan(LINEAR);
  },
);

test('an id is shown so that no two look the same', () => {
  expect(printableId('agent:main:1')).toBe('agent:main:1');
  expect(printableId('a\u001b[31mb\u202e\n')).toBe('a\\u{1b}[31mb\\u{202e}\\u{a}');
  expect(printableId('会话 1')).toBe('会话 1');
});

test.each([
  ['abc', 3],
  ['北京', 4],
  ['👩🏽', 2],
  ['é', 1],
])('%s is %i columns wide', (text, columns) => {
  expect(widthOf(text)).toBe(columns);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 5, 'abcd…'],
  ['abc def', 5, 'abc…'],
  ['北京天气', 8, '北京天气'],
  ['北京天气', 7, '北京天…'],
  ['北京天气', 6, '北京…'],
  ['北京', 1, '…'],
  ['abc', 0, ''],
])('%s clipped to %i columns is %j', (text, width, clipped) => {
  expect(clip(text, width)).toBe(clipped);
  expect(widthOf(clipped)).toBeLessThanOrEqual(width);
});

test('padding counts columns, not characters', () => {
  expect(padEnd('北京', 6)).toBe('北京  ');
  expect(padEnd('abc', 2)).toBe('abc');
});

test('text is broken at spaces, CJK anywhere, long words where they must', () => {
  expect(wrap('the quick brown fox', 10, 9)).toEqual({ lines: ['the quick', 'brown fox'], cut: false });
  expect(wrap('北京今天天气晴朗', 6, 9)).toEqual({ lines: ['北京今', '天天气', '晴朗'], cut: false });
  expect(wrap('abcdefghij', 4, 9)).toEqual({ lines: ['abcd', 'efgh', 'ij'], cut: false });
  expect(wrap('abcd efgh', 4, 9)).toEqual({ lines: ['abcd', 'efgh'], cut: false });
  expect(wrap('a\n\nb', 4, 9)).toEqual({ lines: ['a', '', 'b'], cut: false });
  expect(wrap('one two three', 8, 9, 4)).toEqual({ lines: ['one', 'two', 'three'], cut: false });
});

test('a character wider than the line does not stop the rest', () => {
  const wide = `北${'ﾞ'.repeat(9)}`;
  expect(widthOf(wide)).toBe(11);
  expect(wrap(`${wide}x`, 4, 99).lines.join('')).toBe(`${wide}x`);
});

test('what does not fit into the lines is cut, and said to be', () => {
  expect(wrap('a\nb\nc', 4, 2)).toEqual({ lines: ['a', 'b'], cut: true });
  expect(wrap('a\nb', 4, 2)).toEqual({ lines: ['a', 'b'], cut: false });
});

test('the marks of our own tables are as wide as the rules for all of Unicode say', () => {
  for (const mark of [
    '…',
    '─',
    '·',
    '“',
    '”',
    '–',
    '→',
    '×',
    '≤',
    '≥',
    '≈',
    '¥',
    '€',
    '≤\u0338',
    '█',
    '▉',
    '▏',
    '▀',
    '▟',
    '📊',
    '📋',
    '📊 a',
    '📊\u{fe0f}',
    '📊\u{200d}📋',
  ]) {
    expect([mark, widthOf(mark)]).toEqual([mark, stringWidth(mark)]);
  }
});
