import { Chalk } from 'chalk';
import { expect, test } from 'vitest';
import { drawTable, type Column } from '../../src/report/tables.ts';
import { widthOf } from '../../src/report/terminal.ts';
import { screen } from './make.ts';

const COLUMNS: Column<string>[] = [
  { head: 'Title', align: 'left', flexible: true, cell: (text) => text },
  { head: 'Length', align: 'right', cell: (text) => String(text.length) },
];

test('text of every script is whole, and the column after it straight', () => {
  const rows = ['สวัสดี', 'हिन्दी में', '北京天气', 'm🫠lting', '# $& #', 'e\u0301', '👩‍👩‍👧', ''];
  const [, , ...lines] = drawTable({ columns: COLUMNS, rows }, screen(80));
  rows.forEach((text, i) => expect(lines[i]).toContain(text));
  expect(new Set(lines.map(widthOf)).size).toBe(1);
});

test('a text that is too long is not cut inside a character', () => {
  const [, , line = ''] = drawTable({ columns: COLUMNS, rows: ['👩‍👩‍👧'.repeat(20)] }, screen(30));
  expect(line).toMatch(/^(?:👩‍👩‍👧)+… {2,}\d+$/);
  expect(widthOf(line)).toBeLessThanOrEqual(30);
});

test('paint covers the text, not the space after it', () => {
  const colour = new Chalk({ level: 1 });
  const columns = [{ head: 'Title', align: 'left', cell: String, paint: colour.dim } as const];
  const spec = { columns, rows: ['a', ''], total: 'all' };
  expect(drawTable(spec, { width: 80, colour })).toEqual([
    colour.bold('Title'),
    '─────',
    colour.dim('a'),
    '',
    '─────',
    colour.bold('all'),
  ]);
});
