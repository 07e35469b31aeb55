/*
 * A list's files are copied but for a few lines. So their lines are kept as the bytes that they are in the files, as
 * strings of a character per byte (latin1): V8 neither decodes nor encodes them, and keeps a byte for each.
 */

/** The UTF-8 of a text as such a string. */
export function lineBytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** What such strings hold, with ASCII around them. */
export function fileBytes(lines: string): Buffer {
  return Buffer.from(lines, 'latin1');
}

/** What begins a row in a page: nothing else there does. */
const ROW = '<tr class="session">';

/** The bytes of a page with these rows. `render` makes the page, and is given as many lines in their place. */
export function pageBytes(rows: readonly string[], render: (places: readonly string[]) => string): Buffer {
  const places = rows.map((_, i) => (i === 0 ? ROW : ''));
  const page = render(places);
  if (rows.length === 0) return Buffer.from(page);
  const gap = places.join('\n');
  const at = page.indexOf(`\n${gap}\n`) + 1;
  if (at === 0) throw new Error('the page has no place for its rows');
  return Buffer.concat([
    Buffer.from(page.slice(0, at)),
    fileBytes(rows.join('\n')),
    Buffer.from(page.slice(at + gap.length)),
  ]);
}

/** The rows of a page. */
export function rowsInPage(page: string): string[] {
  return page.split('\n').filter((line) => line.startsWith(ROW));
}
