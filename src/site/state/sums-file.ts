import { DimensionSums, type DimensionFields } from '../dimension-sums.ts';
import { SUM_NAMES, type SiteSumRows } from '../totals.ts';
import type { Pieces } from './pieces.ts';
import { fromFields, toFields, type RowFields } from './row-codec.ts';

const SUMS = 'sums';

type Document = Record<(typeof SUM_NAMES)[number], [key: string, row: RowFields][]> & {
  total: RowFields;
  dimensions: DimensionFields;
};

/** The sums of the sessions that the site shows; undefined if they must be made anew. */
export function readSums(
  pieces: Pieces,
  names: readonly string[],
): { sums: SiteSumRows; dimensions: DimensionSums } | undefined {
  return pieces.readAs(SUMS, (text) => {
    const document = JSON.parse(text) as Document;
    const dimensions = DimensionSums.from(document.dimensions, names);
    return dimensions && { sums: fromDocument(document), dimensions };
  });
}

function fromDocument(document: Document): SiteSumRows {
  const rows = SUM_NAMES.map((name) => [
    name,
    new Map(document[name].map(([key, fields]) => [key, fromFields(fields)])),
  ]);
  return { total: fromFields(document.total), ...Object.fromEntries(rows) } as SiteSumRows;
}

export function writeSums(pieces: Pieces, sums: SiteSumRows, dimensions: DimensionSums): void {
  const rows = SUM_NAMES.map((name) => [name, Array.from(sums[name], ([key, row]) => [key, toFields(row)])]);
  const document = {
    total: toFields(sums.total),
    ...Object.fromEntries(rows),
    dimensions: dimensions.fields(),
  };
  pieces.write(SUMS, JSON.stringify(document));
}
