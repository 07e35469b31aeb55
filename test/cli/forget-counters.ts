import { COUNTER } from '../../src/model/cell-counters.ts';
import { momentOf } from '../../src/model/index-coverage.ts';
import { withoutTools } from '../../src/model/tool-counts.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { StoredIndex } from '../../src/store/index/index.ts';
import { replaceIndex } from '../../src/store/reindex.ts';
import { coverageOf, readState } from '../../src/store/state.ts';
import { openStore } from '../../src/store/store.ts';

/** Makes the index what it is after a store of version 0.1.0 was converted: rounds of these sessions have no counters. */
export function forgetCounters(dir: string, isOld: (id: string) => boolean): void {
  const store = openStore(nodeFiles, dir);
  const state = readState(nodeFiles, store.statePath, store.id);
  const index = new StoredIndex(nodeFiles, dir, state);
  const values = Array.from(index.sessions.values(), (entry) => {
    if (!isOld(entry.id)) return entry;
    const usage = entry.usage.map((cell) => ({ ...cell, counters: [COUNTER.uncounted, cell.rounds] }));
    return { ...withoutTools(entry), usage };
  });
  const coverage = { ...coverageOf(state), counted_from: momentOf(state) };
  const sessions = { ...index.sessions, values: () => values };
  replaceIndex(nodeFiles, store, state, { closed: index.closed, sessions }, coverage);
  index.close();
}
