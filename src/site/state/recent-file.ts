import type { LocalTime } from '../../query/time-zone.ts';
import { Recent } from '../recent.ts';
import type { Pieces } from './pieces.ts';
import { fromFields, toFields, type RowFields } from './row-codec.ts';

const RECENT = 'recent';

interface Document {
  consumers: [key: string, row: RowFields][];
  sessions: [date: string, of: [id: string, row: RowFields][]][];
}

/** What is remembered of the two weeks up to a day; undefined if it must be made anew. */
export function readRecent(pieces: Pieces, day: string, local: LocalTime): Recent | undefined {
  return pieces.readAs(RECENT, (text) => {
    const { consumers, sessions } = JSON.parse(text) as Document;
    const recent = new Recent(day, local);
    recent.restore(
      consumers.map(([key, fields]) => [key, fromFields(fields)] as const),
      sessions.map(
        ([date, of]) => [date, of.map(([id, fields]) => ({ id, row: fromFields(fields) }))] as const,
      ),
    );
    return recent;
  });
}

export function writeRecent(pieces: Pieces, { consumers, sessions }: Recent): void {
  const document: Document = {
    consumers: Array.from(consumers, ([key, row]) => [key, toFields(row)]),
    sessions: Array.from(sessions, ([date, of]) => [date, of.map(({ id, row }) => [id, toFields(row)])]),
  };
  pieces.write(RECENT, JSON.stringify(document));
}
