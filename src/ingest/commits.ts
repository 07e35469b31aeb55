import type { Files } from '../platform/files.ts';
import type { Syncer } from '../platform/syncer.ts';
import { areMany, seal, stage, syncEach, syncFiles, type Batch, type Staged } from '../store/commit.ts';
import { StoredIndex } from '../store/index/index.ts';
import { readState, type State } from '../store/state.ts';
import type { Store } from '../store/store.ts';

/** A batch that waits for the disk. */
interface Waiting {
  staged: Staged;
  /** Whether all of it is on disk, when that is known; undefined where nobody was asked. */
  isOnDisk: Promise<boolean> | undefined;
  onCommitted: () => void;
}

/** With more sessions, what waits takes more memory than waiting takes time. */
const MOST_WAITING = 2000;

/**
 * The commits of a run, one after the other. The next batch can be read while the disk is busy with one: what a commit
 * writes first, no reader looks at before the state is renamed, and that waits for the disk.
 */
export class Commits {
  readonly #files: Files;
  readonly #store: Store;
  #state: State;
  /** What is stored, with the batch that waits. */
  readonly index: StoredIndex;
  #syncer: Syncer | undefined;
  #waiting: Waiting | undefined;

  constructor(files: Files, store: Store) {
    this.#files = files;
    this.#store = store;
    this.#state = readState(files, store.statePath, store.id);
    this.index = new StoredIndex(files, store.dir, this.#state.index);
  }

  /** Of the last commit. */
  get state(): State {
    return this.#state;
  }

  /** There will be a large batch. To be called before it is there, and memory with it. */
  expectLarge(): void {
    this.#syncer ??= this.#files.openSyncer(this.#store.dir);
  }

  /** Commits what waits, and writes the batch, which is committed by the next `begin`, or `finish`. */
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
    // Whatever happens now, it is not to be tried again.
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
