import type { Files } from '../platform/files.ts';
import type { Syncer } from '../platform/syncer.ts';
import {
  areMany,
  prepare,
  seal,
  stage,
  syncEach,
  syncFiles,
  type Batch,
  type Staged,
} from '../store/commit.ts';
import { StoredIndex } from '../store/index/index.ts';
import { readCurrentState } from '../store/current-state.ts';
import type { State } from '../store/state.ts';
import { takeOver } from '../store/take-over.ts';
import type { Store } from '../store/store.ts';

/** A batch that waits for the disk. */
interface Waiting {
  staged: Staged;
  /** Settles once all of it is on disk; undefined if no sync was started. */
  isOnDisk: Promise<boolean> | undefined;
  onCommitted: () => void;
}

/** For more sessions, a waiting batch costs more memory than overlapping saves time. */
const MOST_WAITING = 2000;

/**
 * The commits of a run, in order. The next batch can be read while one is being synced: what a commit
 * writes first is invisible to readers until the state is renamed, and the rename waits for the sync.
 */
export class Commits {
  readonly #files: Files;
  readonly #store: Store;
  #state: State;
  /** What is stored, including the waiting batch. */
  readonly index: StoredIndex;
  /** The store was converted from an older format. */
  readonly isTakenOver: boolean;
  #syncer: Syncer | undefined;
  #waiting: Waiting | undefined;

  constructor(files: Files, store: Store) {
    this.#files = files;
    this.#store = store;
    const state = readCurrentState(files, store);
    this.#state = takeOver(files, store, state);
    this.isTakenOver = this.#state !== state && state.commit > 0;
    this.index = new StoredIndex(files, store.dir, this.#state);
  }

  /** The state of the last commit. */
  get state(): State {
    return this.#state;
  }

  /** Prepares for a large batch. Call it before the batch takes up memory. */
  expectLarge(): void {
    this.#syncer ??= this.#files.openSyncer(this.#store.dir);
  }

  /** Call it once the batch before is committed, and before anything of the next one is written elsewhere. */
  prepare(): void {
    prepare(this.#files, this.#store, this.#state);
  }

  /** Commits the waiting batch and writes this one, which the next `begin` or `finish` commits. */
  async begin(batch: Batch, onCommitted: () => void): Promise<void> {
    await this.finish();
    const staged = stage(this.#files, this.#store, this.#state, this.index, batch);
    const isOnDisk = areMany(staged.paths) ? this.#syncer?.sync() : undefined;
    this.#waiting = { staged, isOnDisk, onCommitted };
    if (staged.written.length > MOST_WAITING) await this.finish();
  }

  async finish(): Promise<void> {
    const waiting = this.#waiting;
    if (!waiting) return;
    // Even if this fails, it must not be tried again.
    this.#waiting = undefined;
    const { staged, isOnDisk, onCommitted } = waiting;
    const sync = isOnDisk === undefined ? syncFiles : (await isOnDisk) ? undefined : syncEach;
    sync?.(this.#files, this.#store.dir, staged.paths, staged.isNew);
    this.#state = seal(this.#files, this.#store, this.#state, this.index, staged);
    onCommitted();
  }

  close(): void {
    this.#syncer?.close();
    this.index.close();
  }
}
