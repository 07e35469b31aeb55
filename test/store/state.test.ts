import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { InputOutputError } from '../../src/platform/errors.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { newState, readState, stateText, writeState } from '../../src/store/state.ts';
import { contentOf, makeFolder } from '../platform/make.ts';
import { addition, commitTo, newStore, position, stateOf } from './make.ts';

const STATE = { ...newState('id'), commit: 3, next_log: 2, logs: [position(1, 5)] };
const FOREIGN = 'is not a state of this program: the Python original may have written it';

describe('row 23: a state', () => {
  test('is read as it was written, what it says of logs included', () => {
    const path = join(makeFolder(), '.state.json');
    writeState(nodeFiles, path, STATE);
    expect(readState(nodeFiles, path, 'id')).toEqual(STATE);
  });

  test.each([
    ['', 'is empty'],
    ['\0\0\0', 'is not valid JSON: it was truncated, or written by another program'],
    [
      JSON.stringify(STATE).slice(0, -1),
      'is not valid JSON: it was truncated, or written by another program',
    ],
    ['garbage', 'is not valid JSON: it was truncated, or written by another program'],
    ['null', 'is not a state'],
    ['[]', 'is not a state'],
    ['7', 'is not a state'],
    ['{}', FOREIGN],
    ['{"/var/log/access.log":{"inode":1,"offset":2}}', FOREIGN],
    ...[
      { format: 0 },
      { format: 4 },
      { coverage: undefined },
      { coverage: { kept_from: null, counted_from: null } },
      { coverage: { kept_from: { next_log: -1, logs: [] }, counted_from: null, dimensions: [] } },
      { coverage: { kept_from: null, counted_from: null, dimensions: [{ name: 7, from: null }] } },
      { format: '1' },
      { store: null },
      { commit: -1 },
      { commit: '3' },
      { next_log: 1.5 },
      { next_log: undefined },
      { index: null },
      { index: { generation: 1, base: 0 } },
      { index: { generation: 1, base: -1, length: 0 } },
      { index: { generation: null, base: 0, length: 0 } },
      { prices: { generation: 1 } },
      { prices: { length: 1 } },
      { prices: undefined },
      { rejected: {} },
      { rejected: [] },
      { logs: {} },
      { logs: [null] },
      { logs: [{ id: 1, offset: 5 }] },
      ...[
        { id: undefined },
        { offset: undefined },
        { offset: 2 ** 53 },
        { path: null },
        { windows: [7] },
        { seen: [{}] },
        { lost: '7' },
        { open: [{ stream: 'stdout', parts: [[1, 2]], isCall: true }] },
        { unread: { why: 'damaged' } },
      ].map((damage) => ({ logs: [{ ...position(1, 5), ...damage }] })),
    ].map((damage) => [JSON.stringify({ ...STATE, ...damage }), FOREIGN]),
    [stateText({ ...STATE, store: 'other' }), 'belongs to another store'],
    [stateText(STATE).replace('"offset":5', '"offset":4'), 'is damaged: its checksum does not match'],
    [JSON.stringify(STATE), 'is damaged: its checksum does not match'],
    ['{"format":6}', 'was written by a newer version of monitor (format 6): update monitor'],
  ])('%s is an error that says what to do', (text, problem) => {
    const dir = makeFolder();
    const path = join(dir, '.state.json');
    writeFileSync(path, text);
    expect(() => readState(nodeFiles, path, 'id')).toThrow(InputOutputError);
    expect(() => readState(nodeFiles, path, 'id')).toThrow(
      `the state ${path} ${problem}. Nothing was changed. Without the state, monitor does not know which log bytes were counted`,
    );
    expect(() => readState(nodeFiles, path, 'id')).toThrow(/monitor repair/);
    expect(contentOf(dir)).toEqual({ '.state.json': text });
  });

  test('that is missing is an error, not a new beginning', () => {
    const store = newStore();
    commitTo(store, [addition('a')]);
    rmSync(store.statePath);
    const before = contentOf(store.dir);
    expect(() => stateOf(store)).toThrow(InputOutputError);
    expect(() => readSnapshot(store.dir)).toThrow(`the state ${store.statePath} is missing.`);
    expect(contentOf(store.dir)).toEqual(before);
  });

  test('older than its index is refused before anything is written', () => {
    const store = newStore();
    commitTo(store, [addition('a')]);
    const old = stateOf(store);
    commitTo(store, [addition('b')]);
    const behind = stateOf(store);
    commitTo(store, [addition('c')]);
    writeState(nodeFiles, store.statePath, old);
    const before = contentOf(store.dir);
    expect(() => commitTo(store, [addition('d')])).toThrow(InputOutputError);
    expect(() => commitTo(store, [addition('d')])).toThrow(
      /the state is older than the index .*\.index-1\.jsonl: it counts 1 commits, and the index 3\. Nothing was changed\. .*monitor repair/,
    );
    expect(contentOf(store.dir)).toEqual(before);
    // One commit behind is what a killed run leaves.
    writeState(nodeFiles, store.statePath, behind);
    expect(commitTo(store, [addition('d')]).commit).toBe(3);
  });
});
