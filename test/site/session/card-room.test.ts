import { expect, test } from 'vitest';
import { cardsHtml } from '../../../src/site/session/card-room.ts';
import type { Card } from '../../../src/site/session/cards.ts';
import { speech } from '../../../src/site/session/row.ts';

const MARK = { name: 'm', slot: 1, isHatched: false };

/** A round with rows of the given lengths. */
function roundCard(number: number, lengths: readonly number[]): Card {
  return {
    kind: 'session-round',
    number,
    numberText: String(number),
    time: { text: '', exact: '', iso: '' },
    model: MARK,
    cost: '',
    costExact: '',
    costTag: null,
    meter: { cached: '0%', fresh: '0%', freshX: '0%', gap: false },
    input: '0',
    cached: '',
    fresh: '',
    written: '',
    output: '0',
    reasoning: '',
    latency: '',
    gateway: '',
    isTalk: true,
    rows: lengths.map((length) => speech('User', 'user', 'x'.repeat(length), null, '')),
  };
}

function threadOf(cards: Card[]): Card {
  const rest = {
    facts: '',
    model: MARK,
    moreModels: '',
    tokens: '',
    cost: '',
    costExact: '',
    tags: [],
    task: '',
  };
  return { kind: 'session-thread', name: 'Sub-agent 1', isOpen: false, cards, ...rest };
}

/** What is left of each round: the lengths of its rows, and what it says. */
const left = (html: readonly Uint8Array[]): string[] =>
  Array.from(
    Buffer.concat(html)
      .toString()
      .matchAll(/id="(r-\d+)"|(x{50,})|>([\d,]+ more [^<:]+)/g),
    ([, round, row, said]) => round ?? (row === undefined ? (said ?? '') : String(row.length)),
  );

const CARDS: Card[] = [
  roundCard(1, [100, 9_000, 100]),
  { kind: 'session-idle', text: '3 h idle', href: '' },
  threadOf([roundCard(2, [100]), roundCard(3, [20_000, 5_000])]),
  roundCard(4, [1_000, 1_000]),
];

test('a page with room shows everything', () => {
  const all = cardsHtml(CARDS, Infinity, 'raw.json');
  expect(left(all)).toEqual([
    'r-1',
    '100',
    '9000',
    '100',
    'r-2',
    '100',
    'r-3',
    '20000',
    '5000',
    'r-4',
    '1000',
    '1000',
  ]);
  const bytes = Buffer.concat(all).length;
  expect(cardsHtml(CARDS, bytes, 'raw.json')).toEqual(all);
  const cut = cardsHtml(CARDS, bytes - 1, 'raw.json');
  expect(left(cut)).toContain('1 more part of this round');
  expect(Buffer.concat(cut).length).toBeLessThan(bytes);
});

test('the largest rows are hidden first, then the later ones, and each round counts its own', () => {
  const all = Buffer.concat(cardsHtml(CARDS, Infinity, 'raw.json')).length;
  const cards = (less: number): string[] => left(cardsHtml(CARDS, all - less, 'raw.json'));
  const [one, two] = ['1 more part of this round', '2 more parts of this round'];
  expect(cards(1)).toEqual([
    'r-1',
    '100',
    '9000',
    '100',
    'r-2',
    '100',
    'r-3',
    '5000',
    one,
    'r-4',
    '1000',
    '1000',
  ]);
  expect(cards(19_000)).toEqual(cards(1));
  expect(cards(21_000)).toEqual([
    'r-1',
    '100',
    '100',
    one,
    'r-2',
    '100',
    'r-3',
    '5000',
    one,
    'r-4',
    '1000',
    '1000',
  ]);
  expect(cards(29_000)).toEqual(['r-1', '100', '100', one, 'r-2', '100', 'r-3', two, 'r-4', '1000', '1000']);
  expect(cards(34_500)).toEqual(['r-1', '100', '100', one, 'r-2', '100', 'r-3', two, 'r-4', '1000', one]);
});

test('rounds that have no room even without rows are counted, those of threads too', () => {
  const html = cardsHtml(CARDS, 1_900, 'raw.json');
  expect(left(html)).toEqual(['r-1', '3 more parts of this round', '3 more rounds of this page']);
  expect(String(html.at(-1))).toContain('<a href="raw.json">raw JSON</a>');
  expect(Buffer.concat(html).length).toBeLessThanOrEqual(1_900);
  expect(left(cardsHtml(CARDS, 0, 'raw.json'))).toEqual(['4 more rounds of this page']);
});
