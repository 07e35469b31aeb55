import { plural } from '../../platform/count-text.ts';
import { renderTemplate } from '../templates.ts';
import type { Card } from './cards.ts';
import { line, type Row } from './row.ts';

/**
 * Cards as HTML in at most `room` bytes. If there is not enough, the largest rows give way, the later ones first where
 * they are equal. Each round says how many of its parts have no room, with a link to the raw JSON.
 */
export function cardsHtml(cards: readonly Card[], room: number, rawHref: string): Uint8Array[] {
  const all = cards.map(cardHtml);
  const over = bytesOf(all) - room;
  if (over <= 0) return all;
  const hidden = rowsToHide(cards.flatMap(rowsIn), over, rawHref);
  const cut = cards.map((card) => cardHtml(withoutRows(card, hidden, rawHref)));
  return bytesOf(cut) <= room ? cut : firstCards(cards, cut, room, rawHref);
}

function cardHtml(card: Card): Uint8Array {
  return Buffer.from(`${renderTemplate(card.kind, card)}\n`);
}

function rowBytes(row: Row): number {
  return Buffer.byteLength(renderTemplate(row.kind, row)) + 1;
}

function bytesOf(pieces: readonly Uint8Array[]): number {
  return pieces.reduce((sum, piece) => sum + piece.length, 0);
}

/** The rows of each round. */
function rowsIn(card: Card): readonly (readonly Row[])[] {
  if (card.kind === 'session-thread') return card.cards.flatMap(rowsIn);
  return card.kind === 'session-round' ? [card.rows] : [];
}

/** The rows without which `over` bytes are saved, or all. */
function rowsToHide(rounds: readonly (readonly Row[])[], over: number, rawHref: string): ReadonlySet<Row> {
  const sized = rounds.flatMap((rows, round) => rows.map((row) => ({ row, round, bytes: rowBytes(row) })));
  const noteBytes = rowBytes(moreRow(1e9, rawHref));
  const noted = new Set<number>();
  const hidden = new Set<Row>();
  let saved = 0;
  for (const { row, round, bytes } of sized.toReversed().toSorted((a, b) => b.bytes - a.bytes)) {
    if (saved >= over) break;
    hidden.add(row);
    saved += bytes - (noted.has(round) ? 0 : noteBytes);
    noted.add(round);
  }
  return hidden;
}

function withoutRows(card: Card, hidden: ReadonlySet<Row>, rawHref: string): Card {
  if (card.kind === 'session-thread')
    return { ...card, cards: card.cards.map((inner) => withoutRows(inner, hidden, rawHref)) };
  if (card.kind !== 'session-round') return card;
  const rows = card.rows.filter((row) => !hidden.has(row));
  const more = card.rows.length - rows.length;
  return more === 0 ? card : { ...card, rows: [...rows, moreRow(more, rawHref)] };
}

function moreRow(parts: number, rawHref: string): Row {
  return line('', null, `${plural(parts, 'more part')} of this round`, rawHref, 'raw JSON');
}

/** Even without any rows they have no room: only the first are shown. */
function firstCards(
  cards: readonly Card[],
  html: readonly Uint8Array[],
  room: number,
  rawHref: string,
): Uint8Array[] {
  const moreHtml = (rounds: number): Uint8Array =>
    cardHtml({ kind: 'session-idle', text: `${plural(rounds, 'more round')} of this page`, href: rawHref });
  let left = room - moreHtml(1e9).length;
  const end = html.findIndex((piece) => (left -= piece.length) < 0);
  return [...html.slice(0, end), moreHtml(cards.slice(end).flatMap(rowsIn).length)];
}
