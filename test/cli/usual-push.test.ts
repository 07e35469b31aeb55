import { describe, expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import type { PushOptions } from '../../src/cli/commands/push-options.ts';
import { findNothingToPush, usualPush, type UsualPush } from '../../src/cli/crontab/usual-push.ts';
import { newCursor, writeCursor } from '../../src/store/copy-cursor.ts';
import { markOf } from '../../src/store/mark.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { createStore, NO_FILTERS } from '../../src/store/store.ts';
import { makeFolder } from '../platform/make.ts';
import { longWay } from './long-way.ts';

const NONE: Partial<PushOptions> = {};

describe('the arguments of push', () => {
  const words = fc.constantFrom(
    '--data-dir',
    '--output-dir',
    '--url',
    '--database',
    '--table',
    '--quiet',
    '--json',
    '--create',
    '--with-content',
    '--again',
    '--print-ddl',
    '--protocol',
    'http/protobuf',
    'grpc',
    '--retries',
    '--quiet=1',
    '--url=x',
    '--',
    '-q',
    '',
    './b',
    'http://db:8123',
    'rounds',
    '5',
  );

  test('are read as Commander reads them, or not at all', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.constantFrom('clickhouse', 'otlp'), fc.array(words, { maxLength: 8 }), (name, given) => {
        const argv = ['push', name, ...given];
        const usual = usualPush(argv, {});
        if (!usual) return;
        read++;
        const {
          create: _create,
          protocol: _protocol,
          retries,
          timeout,
          ...long
        } = longWay<PushOptions>(argv) ?? NONE;
        expect({ retries, timeout }).toEqual({ retries: 4, timeout: 60 });
        expect(usual).toEqual({ engine: name, withContent: false, ...long });
      }),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(50);
  });

  test.each([
    [['push']],
    [['push', 'parquet']],
    [['push', 'clickhouse', '--again']],
    [['push', 'clickhouse', '--protocol', 'http/json']],
    [['push', 'otlp', '--again']],
    [['push', 'otlp', '--table', 'x']],
    [['push', 'otlp', '--create']],
    [['push', 'otlp', '--protocol', 'grpc']],
    [['push', 'clickhouse', '--print-ddl']],
    [['push', 'clickhouse', '--quiet', '--quiet']],
    [['push', 'clickhouse', '--data-dir', 'a', '--output-dir', 'b']],
    [['parse', 'clickhouse']],
  ])('%j go the long way', (argv) => expect(usualPush(argv, {})).toBeUndefined());

  test('the store that the environment names holds where no flag names one', () => {
    const env = { MONITOR_DATA_DIR: '/store' };
    expect(usualPush(['push', 'clickhouse'], env)?.dataDir).toBe('/store');
    expect(usualPush(['push', 'clickhouse', '--data-dir', 'x'], env)?.dataDir).toBe('x');
    expect(usualPush(['push', 'clickhouse'], { MONITOR_DATA_DIR: '' })).toBeUndefined();
  });
});

test('nothing is to be pushed only if the cursor of just this table is at the commit, and is whole', () => {
  const dataDir = makeFolder();
  createStore(nodeFiles, dataDir, `${dataDir}/.state.json`, NO_FILTERS);
  const push: UsualPush = {
    engine: 'clickhouse',
    dataDir,
    url: 'http://db:8123/',
    database: 'default',
    table: 'rounds',
    withContent: false,
  };
  const target = 'clickhouse http://db:8123 default.rounds';
  const mark = markOf(readSnapshot(dataDir), 0);
  const cursor = { ...newCursor(target), mark };
  const found = (changes: Partial<UsualPush> = {}): boolean =>
    findNothingToPush(nodeFiles, { ...push, ...changes }) !== undefined;
  expect(found()).toBe(false);
  writeCursor(nodeFiles, dataDir, cursor);
  expect(findNothingToPush(nodeFiles, push)).toMatchObject({ target, rounds: 0 });
  for (const other of [{ table: 'x' }, { database: 'x' }, { url: 'https://db:8123' }, { withContent: true }])
    expect(found(other), JSON.stringify(other)).toBe(false);
  for (const changed of [
    { mark: null },
    { mark: { ...mark, commit: 1 } },
    { mark: { ...mark, rewritten: 7 } },
    { mark: { ...mark, prices: 2 } },
    { mark: { ...mark, gateway: 'x' } },
    { mark: { ...mark, store: 'x' } },
    { pending: { mark, after: '', isWhole: false } },
    { unread: ['a'] },
  ]) {
    writeCursor(nodeFiles, dataDir, { ...cursor, ...changed });
    expect(found(), JSON.stringify(changed)).toBe(false);
  }
  writeCursor(nodeFiles, dataDir, cursor);
  expect(found()).toBe(true);
});

test('nothing is to be pushed to a collector if its cursor is at the commit, with texts or without', () => {
  const dataDir = makeFolder();
  createStore(nodeFiles, dataDir, `${dataDir}/.state.json`, NO_FILTERS);
  const push: UsualPush = { engine: 'otlp', dataDir, withContent: false };
  expect(findNothingToPush(nodeFiles, push)).toBeUndefined();
  const target = 'otlp http://localhost:4318/v1/traces';
  const mark = markOf(readSnapshot(dataDir), 0);
  writeCursor(nodeFiles, dataDir, { ...newCursor(target), mark });
  for (const changes of [{}, { withContent: true }, { url: 'http://localhost:4318' }])
    expect(findNothingToPush(nodeFiles, { ...push, ...changes })).toMatchObject({
      target,
      rounds: 0,
      spans: 0,
    });
  for (const changes of [
    { url: 'http://localhost:4319' },
    { url: 'nothing' },
    { engine: 'clickhouse' as const },
  ])
    expect(findNothingToPush(nodeFiles, { ...push, ...changes })).toBeUndefined();
});
