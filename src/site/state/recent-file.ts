import type { Row } from '../../query/aggregate.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import type { DimensionSums } from '../dimension-sums.ts';
import { Recent, type NamedDays } from '../recent.ts';
import type { Pieces } from './pieces.ts';
import { fromFields, toFields, type RowFields } from './row-codec.ts';

const RECENT = 'recent';

type NamedFields = [key: string, row: RowFields][];

interface Document {
  consumers: NamedFields;
  dimensions: NamedFields[];
  sessions: [date: string, of: [id: string, row: RowFields][]][];
  begun: [date: string, count: number][];
}

/** What is remembered of the days up to a day; undefined if it must be made anew. */
export function readRecent(
  pieces: Pieces,
  day: string,
  local: LocalTime,
  dimensions: DimensionSums,
): Recent | undefined {
  return pieces.readAs(RECENT, (text) => {
    const document = JSON.parse(text) as Document;
    const recent = new Recent(day, local, dimensions);
    recent.restore({
      consumers: namedRows(document.consumers),
      dimensions: document.dimensions.map(namedRows),
      sessions: document.sessions.map(
        ([date, of]) => [date, of.map(([id, fields]) => ({ id, row: fromFields(fields) }))] as const,
      ),
      begun: document.begun,
    });
    return recent;
  });
}

export function writeRecent(pieces: Pieces, { consumers, dimensions, sessions, begun }: Recent): void {
  const document: Document = {
    consumers: namedFields(consumers),
    dimensions: dimensions.map(namedFields),
    sessions: Array.from(sessions, ([date, of]) => [date, of.map(({ id, row }) => [id, toFields(row)])]),
    begun: [...begun],
  };
  pieces.write(RECENT, JSON.stringify(document));
}

function namedRows(fields: NamedFields): [string, Row][] {
  return fields.map(([key, row]) => [key, fromFields(row)]);
}

/** Of names by day, no page says which models they used. */
function namedFields(days: NamedDays): NamedFields {
  return Array.from(days, ([key, row]) => [key, toFields({ ...row, models: NONE, unpricedModels: NONE })]);
}

const NONE: Row['models'] = new Map();
