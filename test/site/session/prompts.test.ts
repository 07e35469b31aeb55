import { expect, test } from 'vitest';
import { promptLines } from '../../../src/site/session/prompts.ts';
import type { Prompt } from '../../../src/site/session/view.ts';

const hrefOf = (round: number): string => `#r-${round}`;

/** Prompts in every second round, on pages of 50 rounds. */
function session(count: number, words: string): [Prompt[], { page: number; from: number; to: number }[]] {
  const prompts = Array.from({ length: count }, (_, i) => {
    const round = 2 * i + 1;
    return { round, page: Math.ceil(round / 50), text: `${i} ${words}`, idleMs: 0 };
  });
  const last = prompts.at(-1)?.page ?? 1;
  const pages = Array.from({ length: last }, (_, i) => ({ page: i + 1, from: 50 * i + 1, to: 50 * i + 50 }));
  return [prompts, pages];
}

test('up to 500 prompts have a line each', () => {
  const { lines, more } = promptLines(...session(500, 'p'), hrefOf);
  expect([lines.length, more]).toEqual([500, 0]);
  expect(lines[499]).toEqual({ href: '#r-999', number: '999', text: '499 p', idle: '' });
});

test('with more, each older page has a line', () => {
  const { lines, more } = promptLines(...session(501, 'p'), hrefOf);
  expect([lines.length, more]).toEqual([21, 0]);
  expect(lines[0]).toEqual({
    href: '#r-1',
    number: '1',
    text: '0 p and 24 more prompts, #1 to #50',
    idle: '',
  });
  expect(lines[20]).toEqual({ href: '#r-1,001'.replace(',', ''), number: '1,001', text: '500 p', idle: '' });
});

test('a list that is too long begins later, and says how many prompts come before', () => {
  const { lines, more } = promptLines(...session(100_000, '"words" '.repeat(20)), hrefOf);
  const pages = (lines.length - 25) as number;
  expect(lines.length).toBeGreaterThan(300);
  expect(lines.at(-1)?.number).toBe('199,999');
  expect(more).toBe(100_000 - 25 - 25 * pages);
  expect(lines[0]?.number).toBe((2 * more + 1).toLocaleString('en'));
  const html = lines.map(
    ({ href, number, text }) => href + number + text.replaceAll('"', '&quot;') + '.'.repeat(90),
  );
  expect(Buffer.byteLength(html.join(''))).toBeLessThan(250_000);
});
