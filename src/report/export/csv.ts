import { stringify } from 'csv-stringify/sync';
import { printableId } from '../../platform/clean-text.ts';

/** A cell: text of ours or of the log's, a number, a decimal, or nothing. */
export type Cell = Text | number | bigint | Exact | null;

/** A stranger's text, made harmless. Only textCell makes it. */
export type Text = string & { readonly __text?: never };

/** An exact decimal: never quoted, never taken for a formula. */
interface Exact {
  decimal: string;
}

/** A spreadsheet runs a cell that begins so, also behind quotes and white space. */
const FORMULA = /^[\s"'`]*[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20]/u;

/**
 * A log's text as a cell: controls, line ends and marks that reorder what stands around them are escaped
 * (`\u{1b}`), and what a spreadsheet would run as a formula begins with an apostrophe.
 */
export function textCell(text: string | null | undefined): Text | null {
  if (text === null || text === undefined || text === '') return null;
  const plain = printableId(text);
  return FORMULA.test(plain) ? `'${plain}` : plain;
}

/** Rows that are laid out at once. */
const BATCH = 500;

/** A CSV file (RFC 4180, lines end in \n), piece by piece: the header, then a line for each row. */
export function* csvText(header: readonly string[], rows: Iterable<readonly Cell[]>): Generator<string> {
  yield layOut([header]);
  let batch: (readonly Cell[])[] = [];
  for (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield layOut(batch);
    batch = [];
  }
  if (batch.length > 0) yield layOut(batch);
}

function layOut(rows: readonly (readonly Cell[])[]): string {
  return stringify(rows as unknown[][], {
    record_delimiter: '\n',
    // Where a comma is the decimal sign, a spreadsheet divides lines at semicolons.
    quoted_match: /;/,
    cast: {
      object: (value) => ('decimal' in value ? String(value['decimal']) : ''),
      bigint: String,
    },
  });
}
