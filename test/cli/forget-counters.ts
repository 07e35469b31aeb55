import { COUNTER } from '../../src/model/cell-counters.ts';
import { momentOf, type IndexCoverage } from '../../src/model/index-coverage.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { withoutTools } from '../../src/model/tool-counts.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { StoredIndex } from '../../src/store/index/index.ts';
import { replaceIndex } from '../../src/store/reindex.ts';
import { coverageOf, readState, type State } from '../../src/store/state.ts';
import { openStore } from '../../src/store/store.ts';

/** Replaces the index of a store by one with other entries. */
export function changeEntries(
  dir: string,
  change: (entry: SessionEntry) => SessionEntry,
  coverage: (state: State) => IndexCoverage = coverageOf,
): void {
  const store = openStore(nodeFiles, dir);
  const state = readState(nodeFiles, store.statePath, store.id);
  const index = new StoredIndex(nodeFiles, dir, state);
  const values = Array.from(index.sessions.values(), change);
  const sessions = { ...index.sessions, values: () => values };
  replaceIndex(nodeFiles, store, state, { closed: index.closed, sessions }, coverage(state));
  index.close();
}

/** Makes the index what it is after a store of version 0.1.0 was converted: rounds of these sessions have no counters. */
export function forgetCounters(dir: string, isOld: (id: string) => boolean): void {
  changeEntries(
    dir,
    (entry) => {
      if (!isOld(entry.id)) return entry;
      const usage = entry.usage.map((cell) => ({ ...cell, counters: [COUNTER.uncounted, cell.rounds] }));
      return { ...withoutTools(entry), usage };
    },
    (state) => ({ ...coverageOf(state), counted_from: momentOf(state) }),
  );
}
