import { expandRounds } from '../../session-format/expand-rounds.ts';
import type { Redactor } from '../../redact/redact.ts';
import { DEFAULT_SESSION } from '../../ai-log/round.ts';
import type { Files } from '../../platform/files.ts';
import { readRoundLines } from '../../store/read.ts';
import type { Store } from '../../store/store.ts';
import { isPruned, type SessionEntry } from '../../model/session-entry.ts';
import type { OriginalSession } from './original-session.ts';
import { Overlap, traceOf, traceOfStored } from '../../ingest/imported/overlap.ts';

/**
 * The ordinals of rounds of an original session, after its first `begun`, that the store has from a log, and the number
 * of rounds for which this is not certain. `mtime`: the time of rounds without one.
 */
export function findParsed(
  files: Files,
  { dir, filters }: Store,
  entry: SessionEntry,
  session: OriginalSession,
  begun: number,
  mtime: number,
  redactor: Redactor | undefined,
): { parsed: Set<number>; doubtful: number } {
  const lines = isPruned(entry) ? [] : readRoundLines(dir, entry, files);
  const known = [...expandRounds(lines)]
    .filter(({ stored }) => stored.flags?.includes('imported') !== true)
    .map(traceOfStored);
  const overlap = new Overlap(known, {
    known: 'logged',
    areStrangers: session.id === DEFAULT_SESSION,
    areRedacted: filters.redact !== null || filters.redact_patterns !== null,
  });
  const parsed = new Set<number>();
  let doubtful = 0;
  for (const [ordinal, round] of session.rounds.entries()) {
    if (ordinal < begun) continue;
    const likeness = overlap.take(traceOf(redactor?.round(round) ?? round, round.time ?? mtime));
    if (likeness === 'known') parsed.add(ordinal);
    else if (likeness !== 'new') doubtful++;
  }
  // Pruned rounds cannot be compared.
  if (entry.pruned_rounds !== undefined) doubtful = session.rounds.length - begun - parsed.size;
  return { parsed, doubtful };
}
