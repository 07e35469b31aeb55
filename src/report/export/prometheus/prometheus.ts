import { logFacts } from '../../../doctor/log-facts.ts';
import { cleanLine } from '../../../platform/clean-text.ts';
import type { Files } from '../../../platform/files.ts';
import type { UsageQuery } from '../../../query/grouping.ts';
import { readSnapshot, type Snapshot } from '../../../store/read.ts';
import { countRejected } from '../../../store/rejected-file.ts';
import { lostRoundsOf } from '../../../store/state.ts';
import { openStore } from '../../../store/store.ts';
import { familyText } from './families.ts';
import { seriesOf } from './series.ts';
import { STORE_FAMILIES, storeSamples, type StoreMetrics } from './store-families.ts';
import { USAGE_FAMILIES, usageSamples } from './usage-families.ts';

/** The stores' sums in Prometheus's text format, for node_exporter's textfile collector. */
export function* prometheusText(files: Files, snapshot: Snapshot, query: UsageQuery): Generator<string> {
  const series = seriesOf(snapshot.sessions, query);
  for (const family of USAGE_FAMILIES) yield* familyText(family, usageSamples(family, series));
  const stores = snapshot.dirs.map((dir) => readMetrics(files, dir));
  for (const family of STORE_FAMILIES) yield* familyText(family, storeSamples(family, stores));
}

function readMetrics(files: Files, dir: string): StoreMetrics {
  const snapshot = readSnapshot(dir, files);
  const { sessions, state, gateways } = snapshot;
  let lastRequest: number | null = null;
  for (const { updated } of sessions.heads()) lastRequest = Math.max(lastRequest ?? updated, updated);
  const { knownRounds, gaps } = logFacts(snapshot);
  snapshot.close();
  return {
    gateway: cleanLine((gateways[0] ?? '').toWellFormed()),
    sessions: sessions.size,
    rejectedLines: countRejected(files, dir, state),
    knownRounds,
    gaps,
    lostRounds: lostRoundsOf(state),
    lastCommit: state.commit > 0 ? (files.stat(openStore(files, dir).statePath)?.mtime ?? null) : null,
    lastRequest,
  };
}
