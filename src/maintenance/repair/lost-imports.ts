import { join } from 'node:path';
import { isSummaryLine } from '../../session-format/framing.ts';
import { parseRound } from '../../session-format/read-round.ts';
import type { Files } from '../../platform/files.ts';
import { sessionLines } from '../../store/session-lines.ts';
import type { ClosedLog, ImportedLog } from '../../model/log-position.ts';
import type { SessionRepairs } from './repair-problem.ts';

/**
 * The closed logs of a lost index, plus the imported files that it named, as far as stored rounds show them. They are
 * needed so that a log with the same rounds is not counted as well. The content of the files is no longer known, so
 * importing such a file again reports it as `changed`.
 */
export function withLostImports(
  files: Files,
  dir: string,
  { sessions, rewrites }: Pick<SessionRepairs, 'sessions' | 'rewrites'>,
  closed: ReadonlyMap<number, ClosedLog>,
): Map<number, ClosedLog> {
  const from = new Map(rewrites.map((rewrite) => [rewrite.entry.id, rewrite.from]));
  const found = new Map<number, ClosedLog>(closed);
  for (const { id, file } of sessions.values()) {
    const path = join(dir, from.get(id) ?? file);
    if (!files.stat(path)) continue;
    for (const [log, offset] of importedOffsets(files, path)) {
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

/** Numbers of the imported files that a session's rounds came from, and the offset after the last round of each. */
function importedOffsets(files: Files, path: string): Map<number, number> {
  const offsets = new Map<number, number>();
  for (const { text } of sessionLines(files, path)) {
    if (isSummaryLine(text)) break;
    if (!text.includes('"imported"')) continue;
    const round = parseRound(text);
    if (!round?.flags?.includes('imported')) continue;
    const [logId, ordinal] = round.at;
    offsets.set(logId, Math.max(offsets.get(logId) ?? 0, ordinal + 1));
  }
  return offsets;
}
