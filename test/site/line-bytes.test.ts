import { expect, test } from 'vitest';
import { fileBytes, lineBytes, pageBytes, rowsInPage } from '../../src/site/lists/line-bytes.ts';

const ROWS = ['é', '你好', '\u2028 🚀'].map((title) => `<tr class="session"><td>${title}</td></tr>`);

function page(rows: readonly string[]): string {
  return `<h1>Größe</h1>\n<tbody>\n${rows.join('\n')}\n</tbody>\n<p>…</p>\n`;
}

test.each([[ROWS], [ROWS.slice(0, 1)], [[]]])(
  'a page with rows as bytes is what it is with them as text',
  (rows) => {
    const bytes = pageBytes(rows.map(lineBytes), page);
    expect(bytes.toString()).toBe(page(rows));
    expect(rowsInPage(bytes.toString('latin1')).map((row) => fileBytes(row).toString())).toEqual(rows);
  },
);

test('a page that leaves its rows out is an error', () => {
  expect(() => pageBytes(ROWS, () => '<h1>Empty</h1>')).toThrow('the page has no place for its rows');
});
