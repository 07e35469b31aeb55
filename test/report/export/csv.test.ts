import { fc } from '../../fast-check.ts';
import { expect, test } from 'vitest';
import { readCsv } from './make.ts';
import { csvText, textCell, type Cell } from '../../../src/report/export/csv.ts';

const csv = (...rows: Cell[][]): string => [...csvText(['a', 'b'], rows)].join('');

test('a header, then a row for each; numbers and exact decimals are plain, nothing is an empty cell', () => {
  expect(
    csv([1, { decimal: '-0.000000000000000001' }], [null, 12_345_678_901_234_567_890n], ['x', 'y,"z"']),
  ).toBe('a,b\n1,-0.000000000000000001\n,12345678901234567890\nx,"y,""z"""\n');
  expect(csv()).toBe('a,b\n');
});

test.each([
  ['=1+1', "'=1+1"],
  ['+1', "'+1"],
  ['-1', "'-1"],
  ['@cf/meta/llama', "'@cf/meta/llama"],
  ['|calc', "'|calc"],
  ['%0A=1', "'%0A=1"],
  ['"=1', `'"=1`],
  [`'=1`, `''=1`],
  ['  =1', "'  =1"],
  ['" \' -1', `'" ' -1`],
  ['`=1', "'`=1"],
  ['＝1', "'＝1"],
  ['＋1', "'＋1"],
  ['－1', "'－1"],
  ['\u00a0＠x', "'\u00a0＠x"],
  ['\t=1', '\\u{9}=1'],
  ['\r\n=1', '\\u{d}\\u{a}=1'],
  ['\u0000\u001b[31m', '\\u{0}\\u{1b}[31m'],
  ['a\u202eb', 'a\\u{202e}b'],
  ['gpt-4o', 'gpt-4o'],
  ['a=b', 'a=b'],
  ['模型', '模型'],
])('%j becomes the cell %j', (text, cell) => {
  expect(textCell(text)).toBe(cell);
  expect(readCsv(csv([textCell(text), 1]))[1]).toEqual([cell, '1']);
});

test('no text, whatever it holds, runs, adds a cell or leaves its line; where a semicolon divides it is quoted', () => {
  expect(csv(['a;=1', 'b'])).toBe('a,b\n"a;=1",b\n');
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: fc.constantFrom(...'=+-@|%;,"\'\t\r\n \\\u2028\u202eaé'.split('')), maxLength: 8 }),
        {
          minLength: 2,
          maxLength: 2,
        },
      ),
      (texts) => {
        const written = csv(texts.map(textCell));
        expect(written.split('\n')).toHaveLength(3);
        const [, cells = []] = readCsv(written);
        expect(cells).toEqual(texts.map((text) => textCell(text) ?? ''));
        for (const cell of cells)
          expect(cell).not.toMatch(/^[\s"'`]*[=+\-@|%]/.test(cell) ? /^[^']/ : /[\t\r\n]/);
      },
    ),
  );
});

test('no text is no cell, and an empty one neither', () => {
  expect([null, undefined, ''].map(textCell)).toEqual([null, null, null]);
});

test.each([
  [0, [1]],
  [499, [1, 499]],
  [500, [1, 500]],
  [501, [1, 500, 1]],
  [1000, [1, 500, 500]],
])('of %d rows, 500 are laid out at once: pieces of %j lines', (length, lines) => {
  const rows = Array.from({ length }, (_, i): Cell[] => [i, 'x']);
  const pieces = [...csvText(['a', 'b'], rows)];
  expect(pieces.map((piece) => piece.split('\n').length - 1)).toEqual(lines);
  expect(pieces.every((piece) => piece.endsWith('\n'))).toBe(true);
  expect(readCsv(pieces.join('')).slice(1)).toEqual(rows.map(([i, x]) => [String(i), x]));
});

test('rows are made as they are laid out: the header is there before the first', () => {
  let made = 0;
  function* rows(): Generator<Cell[]> {
    for (;;) yield [++made];
  }
  const pieces = csvText(['a'], rows());
  expect([pieces.next().value, made]).toEqual(['a\n', 0]);
  expect([pieces.next().value?.length, made]).toEqual([9 * 2 + 90 * 3 + 401 * 4, 500]);
});
