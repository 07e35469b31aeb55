import { exact, plural } from '../../platform/count-text.ts';
import { renderTemplate } from '../templates.ts';
import type { Card } from './cards.ts';
import { line, type Row } from './row.ts';

/** Cards as HTML in at most `room` bytes. What has no room is counted, with a link to the raw JSON. */
export function cardsHtml(cards: readonly Card[], room: number, rawHref: string): string[] {
  const all = cards.map(cardHtml);
  if (bytesOf(all) <= room) return all;
  const rows = cards.flatMap(rowsIn).map(sizedRows);
  // The longest rounds are cut first, all to the same size.
  const whole = rows.flat().reduce((sum, { bytes }) => sum + bytes, 0);
  const forRows = room - (bytesOf(all) - whole) - rows.length * bytesOf([moreRow(1e9, rawHref)]);
  const most = evenShare(
    rows.map((each) => each.reduce((sum, { bytes }) => sum + bytes, 0)),
    forRows,
  );
  const cut = cards.map((card) => cardHtml(withRowsCut(card, most, rawHref)));
  return bytesOf(cut) <= room ? cut : firstCards(cards, cut, room, rawHref);
}

function cardHtml(card: Card): string {
  return `${renderTemplate(card.kind, card)}\n`;
}

function bytesOf(pieces: readonly string[]): number {
  return pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0);
}

function rowsIn(card: Card): readonly (readonly Row[])[] {
  if (card.kind === 'session-thread') return card.cards.flatMap(rowsIn);
  return card.kind === 'session-round' ? [card.rows] : [];
}

function sizedRows(rows: readonly Row[]): { row: Row; bytes: number }[] {
  return rows.map((row) => ({ row, bytes: Buffer.byteLength(renderTemplate(row.kind, row)) + 1 }));
}

/** The largest size to which all can be cut so that together they take at most `room`. */
export function evenShare(sizes: readonly number[], room: number): number {
  const ascending = sizes.toSorted((a, b) => a - b);
  let left = room;
  for (const [i, size] of ascending.entries()) {
    const share = left / (ascending.length - i);
    if (size > share) return Math.max(0, share);
    left -= size;
  }
  return Infinity;
}

function withRowsCut(card: Card, most: number, rawHref: string): Card {
  if (card.kind === 'session-thread')
    return { ...card, cards: card.cards.map((inner) => withRowsCut(inner, most, rawHref)) };
  if (card.kind !== 'session-round') return card;
  let left = most;
  const rows = sizedRows(card.rows).flatMap(({ row, bytes }) => {
    if (bytes > left) return [];
    left -= bytes;
    return [row];
  });
  const more = card.rows.length - rows.length;
  return more === 0 ? card : { ...card, rows: [...rows, moreLine(more, rawHref)] };
}

function moreLine(parts: number, rawHref: string): Row {
  return line('', null, `${plural(parts, 'more part')} of this round`, rawHref, 'raw JSON');
}

function moreRow(parts: number, rawHref: string): string {
  const row = moreLine(parts, rawHref);
  return renderTemplate(row.kind, row);
}

/** Even without rows they have no room: only the first are shown. */
function firstCards(
  cards: readonly Card[],
  html: readonly string[],
  room: number,
  rawHref: string,
): string[] {
  const lineOf = (rounds: number): string =>
    cardHtml({
      kind: 'session-idle',
      text: `${exact(rounds)} more rounds of this page have no room here`,
      href: rawHref,
    });
  let left = room - bytesOf([lineOf(1e9)]);
  const end = html.findIndex((piece) => (left -= Buffer.byteLength(piece)) < 0);
  const hidden = cards.slice(end).flatMap(rowsIn).length;
  return [...html.slice(0, end), lineOf(hidden)];
}
