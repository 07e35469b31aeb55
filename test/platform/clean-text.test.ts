import { describe, expect, it } from 'vitest';
import { cleanLine } from '../../src/platform/clean-text.ts';

describe('a line that most texts are', () => {
  it('is cleaned as any other: every character, in and beside the plain ones', () => {
    const different: string[] = [];
    for (let code = 0; code <= 0x1ffff; code++) {
      if (SEQUENCES.test(String.fromCodePoint(code))) continue;
      const text = ` a${String.fromCodePoint(code)}${String.fromCodePoint(code)}  b `;
      if (cleanLine(text) !== cleanedByProperties(text)) different.push(code.toString(16));
    }
    expect(different).toEqual([]);
  });

  it('keeps its words, with one space between them', () => {
    expect(cleanLine('What does “429” mean?\r\n\tИ что, 你好 👋 \n')).toBe(
      'What does “429” mean? И что, 你好 👋',
    );
    expect(cleanLine(' \n ')).toBe('');
  });
});

/** What begins a terminal's sequence, which takes other characters with it. */
const SEQUENCES = /[\u001b\u0090\u0098\u009b\u009d-\u009f]/;

/** The same without the short cut. */
function cleanedByProperties(text: string): string {
  return text
    .replace(/[\n\r\t\v\f\u0085\u2028\u2029]/gu, ' ')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, '')
    .replace(/(\p{M}{3})\p{M}+/gu, '$1')
    .replace(/\s+/gu, ' ')
    .trim();
}
