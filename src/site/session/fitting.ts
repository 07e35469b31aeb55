/** Markup of a line or a row of a table, without what it shows. */
const EACH_BYTES = 250;
/** The longest escape of a character, `&quot;`, in a text that is nothing but quotes. */
const ESCAPED = /["'&<>`=]/g;

/** How many of the first rows take at most so many bytes as HTML, judging by the texts in them. */
export function fitting(rows: readonly object[], bytes: number): number {
  let left = bytes;
  const end = rows.findIndex((row) => (left -= EACH_BYTES + textBytes(row)) < 0);
  return end < 0 ? rows.length : end;
}

function textBytes(row: object): number {
  let bytes = 0;
  for (const value of Object.values(row)) {
    if (typeof value === 'string')
      bytes += Buffer.byteLength(value) + 5 * (value.match(ESCAPED)?.length ?? 0);
  }
  return bytes;
}
