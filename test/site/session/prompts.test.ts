import { expect, test } from 'vitest';
import { Budget } from '../../../src/site/session/clip.ts';
import { PageMaker } from '../../../src/site/session/page-maker.ts';
import { promptLines } from '../../../src/site/session/prompts.ts';
import type { Column, Prompt, RoundView } from '../../../src/site/session/view.ts';

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

test('texts of a long list that are not shown are not kept', () => {
  const columns: Column[] = [];
  const maker = new PageMaker(columns);
  const column = { idleMs: 0 } as Column;
  const closed: Prompt[] = [];
  for (let number = 1; number <= 900; number++) {
    closed.push(...(maker.cutBefore(false, true)?.prompts ?? []));
    columns.push(column);
    const view = { number, prompt: `p ${number}`, items: [] } as unknown as RoundView;
    const placed = { view, thread: null, task: '', consumer: '', budget: new Budget() };
    maker.add(placed, column, 'key', true);
  }
  const { part, sum } = maker.end();
  const all = [...closed, ...part.prompts];
  expect(all.map(({ round, text }) => [round, text])).toEqual(
    Array.from({ length: 900 }, (_, i) => [i + 1, `p ${i + 1}`]),
  );
  expect(promptLines(sum.prompts, sum.pages, hrefOf)).toEqual(promptLines(all, sum.pages, hrefOf));
  // The first ten pages were closed before the list was long.
  const kept = sum.prompts.filter(({ text }) => text !== '').length;
  expect([sum.prompts.length, kept]).toEqual([900, 500 + 7 + 50]);
});
