import { readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { FULL_COVERAGE } from '../../src/model/index-coverage.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import {
  cursorPath,
  findCursors,
  newCursor,
  readCursor,
  writeCursor,
  type CopyCursor,
} from '../../src/store/copy-cursor.ts';
import type { Mark } from '../../src/store/mark.ts';

const MARK: Mark = {
  store: 's',
  gateway: 'eu-1',
  commit: 3,
  moment: { next_log: 2, logs: [[1, 400]] },
  tail: { generation: 1, length: 90, crc: 7 },
  prices: 1,
  rewritten: 0,
  coverage: FULL_COVERAGE,
  pruned: 0,
  at: 1_770_000_000_000,
};

const cursor: CopyCursor = {
  target: 'clickhouse http://127.0.0.1:8123 default.rounds',
  push: 4,
  mark: MARK,
  content: false,
  hasRows: true,
  pending: { mark: { ...MARK, commit: 5 }, after: '00ff', isWhole: false },
  unread: ['broken'],
};

describe('the cursor of a copy', () => {
  test('is read as it was written, in a file that only its owner may read', () => {
    const dir = makeFolder();
    expect(readCursor(nodeFiles, dir, cursor.target)).toBeUndefined();
    writeCursor(nodeFiles, dir, cursor);
    expect(readCursor(nodeFiles, dir, cursor.target)).toEqual(cursor);
    expect(statSync(cursorPath(dir, cursor.target)).mode & 0o777).toBe(0o600);
  });

  test('is one of several: each target has its own', () => {
    const dir = makeFolder();
    const other = newCursor('another');
    writeCursor(nodeFiles, dir, cursor);
    writeCursor(nodeFiles, dir, other);
    expect(findCursors(nodeFiles, dir)).toEqual({ cursors: [other, cursor], damaged: [] });
  });

  const damages: [string, (text: string) => string][] = [
    ['no file of ours', () => 'hello'],
    ['empty', () => ''],
    ['half', (text) => text.slice(0, 100)],
    ['a changed digit', (text) => text.replace('"push":4', '"push":5')],
    ['another target', (text) => text.replace('default', 'elsewhere')],
    ['a later format', (text) => text.replace('"format":1', '"format":2')],
    ['another mark', (text) => text.replace('"commit":3', '"commit":-3')],
  ];
  test.each(damages)('is refused if it is damaged: %s', (_, change) => {
    const dir = makeFolder();
    writeCursor(nodeFiles, dir, cursor);
    const path = cursorPath(dir, cursor.target);
    writeFileSync(path, change(readFileSync(path, 'utf8')));
    expect(() => readCursor(nodeFiles, dir, cursor.target)).toThrow(/is damaged.*Remove this file/);
    expect(findCursors(nodeFiles, dir)).toEqual({ cursors: [], damaged: [path] });
  });

  test('is refused with a sound checksum but a value that no build writes', () => {
    const dir = makeFolder();
    const hostile = [
      { ...cursor, push: 'x' },
      { ...cursor, mark: { ...MARK, moment: { next_log: 1, logs: [['a', 1]] } } },
      { ...cursor, pending: { mark: MARK, after: 5, isWhole: true } },
      { ...cursor, unread: [5] },
    ];
    for (const one of hostile) {
      writeCursor(nodeFiles, dir, one as CopyCursor);
      expect(() => readCursor(nodeFiles, dir, cursor.target)).toThrow(/is damaged/);
    }
  });

  test('a link in its place is not followed', () => {
    const dir = makeFolder();
    writeCursor(nodeFiles, dir, cursor);
    const linked = makeFolder();
    symlinkSync(cursorPath(dir, cursor.target), cursorPath(linked, cursor.target));
    expect(() => readCursor(nodeFiles, linked, cursor.target)).toThrow(join(linked, '.copy-'));
  });
});
