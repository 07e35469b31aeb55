import { join } from 'node:path';
import { parseJson } from '../../platform/json-spans.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import type { Files } from '../../platform/files.ts';
import { sessionLines } from '../../store/session-lines.ts';
import type { LogPosition } from '../../store/state.ts';
import type { ImportedLog } from '../../ingest/imported/imported-log.ts';
import { isPlace } from '../read-session.ts';
import type { SessionRepairs } from './repair-problem.ts';

/**
 * The closed logs of a lost index, and beside them the imported files that it named: as far as their rounds tell. They
 * must be known, so that a log that brings these rounds is not counted beside them. The files' own content is not known
 * again: what was imported for such a session is taken for another file (`changed`).
 */
export function withLostImports(
  files: Files,
  dir: string,
  { sessions, rewrites }: Pick<SessionRepairs, 'sessions' | 'rewrites'>,
  closed: ReadonlyMap<number, LogPosition>,
): Map<number, LogPosition> {
  const from = new Map(rewrites.map((rewrite) => [rewrite.entry.id, rewrite.from]));
  const found = new Map<number, LogPosition>(closed);
  for (const { id, file } of sessions.values()) {
    const path = join(dir, from.get(id) ?? file);
    if (!files.stat(path)) continue;
    for (const [log, offset] of importedPlaces(files, path)) {
      if (closed.has(log)) continue;
      const lost: ImportedLog = {
        id: log,
        offset,
        path: '',
        imported: { digest: '', session: id, rounds: '' },
      };
      found.set(log, lost);
    }
  }
  return found;
}

/** Numbers of the imported files that a session's rounds are from, and the offset behind the last of each. */
function importedPlaces(files: Files, path: string): Map<number, number> {
  const offsets = new Map<number, number>();
  for (const { text } of sessionLines(files, path)) {
    if (text.startsWith(']')) break;
    if (!text.includes('"imported"')) continue;
    const { at, flags } = (parseJson(text) ?? {}) as Partial<StoredRound>;
    if (!isPlace(at) || !Array.isArray(flags) || !flags.includes('imported')) continue;
    offsets.set(at[0], Math.max(offsets.get(at[0]) ?? 0, at[1] + 1));
  }
  return offsets;
}
