import { stringify } from 'csv-stringify/sync';
import { printableId } from '../../platform/clean-text.ts';

/** A cell: a text of ours or of the log, a number, a decimal, or nothing. */
export type Cell = Text | number | bigint | Exact | null;

/** A text from the log, made safe. Only textCell makes it. */
export type Text = string & { readonly __text?: never };

/** An exact decimal: never quoted, never escaped as a formula. */
interface Exact {
  decimal: string;
}

/** A spreadsheet runs a cell that begins like this, even after quotes and white space. */
const FORMULA = /^[\s"'`]*[=+\-@|%\uFF1D\uFF0B\uFF0D\uFF20]/u;

/**
 * A text from the log as a cell: control characters, line ends and marks that reorder the text around them are escaped
 * (`\u{1b}`), and what a spreadsheet would run as a formula begins with an apostrophe.
 */
export function textCell(text: string | null | undefined): Text | null {
  if (text === null || text === undefined || text === '') return null;
  const plain = printableId(text);
  return FORMULA.test(plain) ? `'${plain}` : plain;
}

/** The cell of a dimension that the store did not count by when it stored the round. */
export const NOT_RECORDED_CELL = '(not recorded)';

/** How many rows are formatted at once. */
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
    // Where the decimal separator is a comma, a spreadsheet splits lines at semicolons.
    quoted_match: /;/,
    cast: {
      object: (value) => ('decimal' in value ? String(value['decimal']) : ''),
      bigint: String,
    },
  });
}
