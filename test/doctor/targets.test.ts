import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../src/platform/files.ts';
import { cursorPath, newCursor, writeCursor, type CopyCursor } from '../../src/store/copy-cursor.ts';
import { lagOfTargets } from '../../src/store/copy-lag.ts';
import { markOf } from '../../src/store/mark.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { writeGateway, openStore } from '../../src/store/store.ts';
import { aiLine, makeBase, run } from '../ingest/make.ts';
import { look, makePlace, type Place } from './make.ts';

const TARGET = 'clickhouse http://db:8123 default.rounds';
const NOW = Date.UTC(2026, 10, 30);
const HOUR = 3_600_000;

/** Notes that a target had everything at a time. */
function pushAt({ dir }: Place, at: number, rest: Partial<CopyCursor> = {}): void {
  writeCursor(nodeFiles, dir, {
    ...newCursor(TARGET),
    push: 1,
    mark: markOf(readSnapshot(dir), at),
    ...rest,
  });
}

async function saidOf(place: Place): Promise<string[]> {
  const { findings } = await look(place, { now: NOW });
  return findings.filter(({ code }) => code.startsWith('push-')).map(({ code, what }) => `${code}: ${what}`);
}

async function addRounds({ log, dir }: Place, ...lines: string[]): Promise<void> {
  appendFileSync(log, lines.join(''));
  await run(dir, log);
}

const lagIn = ({ dir }: Place): unknown => lagOfTargets(nodeFiles, readSnapshot(dir)).targets[0];

test('a target that has everything is no finding, however long ago it was pushed', async () => {
  const place = await makePlace();
  pushAt(place, NOW - 30 * 24 * HOUR);
  expect(await saidOf(place)).toEqual([]);
  expect(lagIn(place)).toMatchObject({ target: TARGET, rounds: 0, reason: undefined });
});

test('a target that lacks rounds is one after an hour', async () => {
  const place = await makePlace();
  pushAt(place, NOW - HOUR + 1);
  await addRounds(place, aiLine('b', 1), aiLine('c', 0));
  expect(lagIn(place)).toMatchObject({ rounds: 2, reason: undefined });
  expect(await saidOf(place)).toEqual([]);
  const lagging = await makePlace();
  pushAt(lagging, NOW - HOUR);
  await addRounds(lagging, aiLine('b', 1), aiLine('c', 0));
  expect(await saidOf(lagging)).toEqual([
    `push-behind: The target ${TARGET} lacks 2 rounds. The last push was 60 minutes ago.`,
  ]);
});

test('rounds are counted also after a new base of the index', async () => {
  const place = await makePlace();
  pushAt(place, NOW);
  await addRounds(place, aiLine('b', 1), aiLine('b', 2), aiLine('c', 0));
  makeBase(place.dir);
  expect(lagIn(place)).toMatchObject({ rounds: 3, reason: undefined });
});

test('another name of the gateway makes a target lack all rounds', async () => {
  const place = await makePlace();
  pushAt(place, NOW - 2 * HOUR);
  writeGateway(nodeFiles, openStore(nodeFiles, place.dir), 'eu-2');
  expect(lagIn(place)).toMatchObject({ rounds: 3, reason: 'gateway' });
  expect(await saidOf(place)).toEqual([
    `push-behind: The target ${TARGET} lacks 3 rounds, because rounds that were sent have changed. The last push was 2 hours ago.`,
  ]);
});

test('a push that was never finished, sessions that could not be read, and a damaged file', async () => {
  const place = await makePlace();
  const mark = markOf(readSnapshot(place.dir), NOW);
  pushAt(place, NOW, { mark: null, pending: { mark, after: '', isWhole: true } });
  expect(await saidOf(place)).toEqual([
    `push-behind: The target ${TARGET} lacks 3 rounds. No push was ever finished, and one was begun.`,
  ]);
  pushAt(place, NOW, { unread: ['a'] });
  expect(await saidOf(place)).toEqual([
    `push-behind: The target ${TARGET} lacks 1 session that could not be read. The last push was 0 seconds ago.`,
  ]);
  writeFileSync(cursorPath(place.dir, TARGET), '{}');
  writeFileSync(join(place.dir, '.copy-x.json'), '');
  expect(await saidOf(place)).toEqual([
    'push-damaged: This file should say how far a push has come, and is damaged.',
    'push-damaged: This file should say how far a push has come, and is damaged.',
  ]);
});
