import { expect, test } from 'vitest';
import { Commits } from '../../src/ingest/commits.ts';
import { readSnapshot } from '../../src/store/read.ts';
import type { Store } from '../../src/store/store.ts';
import { addition, batch, newStore, stateOf } from '../store/make.ts';
import { watchDisk } from '../store/watch-disk.ts';

/** So many sessions that one sync of the file system is asked for. */
const MANY = Array.from({ length: 9 }, (_, i) => `s${i}`);
const ofMany = () => batch(MANY.map((id) => addition(id)));

/** The commits of a run, and what they asked of a syncer that answers when it is told to. */
function begin(store: Store) {
  const { files, unsynced } = watchDisk();
  const asked: ((isSynced: boolean) => void)[] = [];
  let isClosed = false;
  const openSyncer = () => ({
    sync: () => new Promise<boolean>((resolve) => asked.push(resolve)),
    close: () => {
      isClosed = true;
    },
  });
  const commits = new Commits({ ...files, openSyncer }, store);
  commits.expectLarge();
  const answer = (n: number, isSynced: boolean): void => {
    if (isSynced) unsynced.clear();
    asked[n]?.(isSynced);
  };
  return { commits, unsynced, asked, answer, isClosed: () => isClosed };
}

test('a large batch is committed when all of it is on disk, and not before', async () => {
  const store = newStore();
  const { commits, unsynced, asked, answer } = begin(store);
  let isCommitted = false;
  await commits.begin(ofMany(), () => {
    isCommitted = true;
  });
  expect([asked.length, unsynced.size > 8, stateOf(store).commit, isCommitted]).toEqual([1, true, 0, false]);
  const finished = commits.finish();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([stateOf(store).commit, isCommitted]).toEqual([0, false]);
  answer(0, true);
  await finished;
  expect([stateOf(store).commit, isCommitted, commits.state.commit]).toEqual([1, true, 1]);
  expect([...readSnapshot(store.dir).sessions.keys()]).toEqual(MANY);
});

test('where the file system cannot be synced, each file is (watchDisk checks it at the rename)', async () => {
  const store = newStore();
  const { commits, answer } = begin(store);
  await commits.begin(ofMany(), () => undefined);
  answer(0, false);
  await commits.finish();
  expect(stateOf(store).commit).toBe(1);
});

test('the next batch is written when the one before is committed; what waits is known to the index', async () => {
  const store = newStore();
  const { commits, asked, answer, isClosed } = begin(store);
  const order: string[] = [];
  await commits.begin(ofMany(), () => order.push(`first: ${asked.length} asked`));
  expect([commits.index.head('s8')?.rounds, commits.state.commit]).toEqual([1, 0]);
  answer(0, true);
  await commits.begin(ofMany(), () => order.push(`second: ${asked.length} asked`));
  expect([order, stateOf(store).commit]).toEqual([['first: 1 asked'], 1]);
  answer(1, true);
  await commits.finish();
  await commits.finish();
  expect([order, stateOf(store).commit]).toEqual([['first: 1 asked', 'second: 2 asked'], 2]);
  commits.close();
  expect(isClosed()).toBe(true);
});

test('a few files are synced one by one, and nobody is asked', async () => {
  const store = newStore();
  const { commits, asked } = begin(store);
  await commits.begin(batch([addition('a')]), () => undefined);
  await commits.finish();
  expect([asked, stateOf(store).commit]).toEqual([[], 1]);
});

test('a commit that fails is not tried again', async () => {
  const store = newStore();
  const { commits, answer } = begin(store);
  let isCommitted = false;
  // No list of lines: as good as any other failure behind the sync.
  const prices = { length: 1 } as string[];
  await commits.begin({ ...ofMany(), prices }, () => {
    isCommitted = true;
  });
  answer(0, true);
  await expect(commits.finish()).rejects.toThrow(TypeError);
  await commits.finish();
  expect([stateOf(store).commit, isCommitted]).toEqual([0, false]);
});
