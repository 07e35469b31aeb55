import { digest } from '../../platform/digest.ts';
import { isSystemError, MonitorError } from '../../platform/errors.ts';
import { readWhole, type Files } from '../../platform/files.ts';
import { readLogLine, type LoggedRound } from '../../ai-log/round.ts';
import type { ImportedLog, LinePosition } from '../../model/log-position.ts';
import { lineText } from '../../ingest/log-lines.ts';
import { readOriginalSession } from '../import/original-session.ts';
import type { FoundLog } from './known-files.ts';
import { loggedLines, type Rest } from './logged-lines.ts';

/** A round as a log or an imported file still has it. */
export interface ToldRound {
  round: LoggedRound;
  at: LinePosition;
  /** The time of a round that has none of its own. */
  mtime: number;
}

/** An existing source of rounds in the store. */
export interface Source {
  id: number;
  /** In position order. Can be iterated more than once, after all sources with smaller ids. */
  rounds: () => AsyncIterable<ToldRound>;
}

export function sourcesOf(
  logs: ReadonlyMap<number, FoundLog>,
  imported: readonly Source[],
): readonly Source[] {
  const rests = new Map<number, Rest>();
  const sources = [...logs.values()].map((found): Source => {
    const { predecessor, position } = found;
    const { id } = position;
    const goesOn = predecessor !== undefined && predecessor < id;
    return {
      id,
      async *rounds() {
        const before = goesOn ? rests.get(predecessor) : undefined;
        for await (const { bytes, at, mtime } of loggedLines(found, logs, before, (rest) =>
          rests.set(id, rest),
        )) {
          const line = readLogLine(lineText(bytes));
          if (line.kind === 'round') yield { round: line.round, at, mtime };
        }
      },
    };
  });
  return [...sources, ...imported].toSorted((a, b) => a.id - b.id);
}

/**
 * The rounds of an imported file; undefined if the file is gone or has changed since the import. `begun`: how many of
 * its first rounds had been imported from an earlier state of the file. `toUtc`: as in the import.
 */
export function importedSource(
  files: Files,
  { id, offset, path, imported }: ImportedLog,
  begun: number,
  toUtc: (localMs: number) => number,
): Source | undefined {
  const bytes = readIfThere(files, path);
  const text = bytes?.toString() ?? '';
  if (!bytes || Buffer.from(digest(text, 24), 'latin1').toString('base64') !== imported.digest)
    return undefined;
  const session = readOriginalSession(text, toUtc);
  if (typeof session === 'string') return undefined;
  const mtime = files.stat(path)?.mtime ?? 0;
  return {
    id,
    // oxlint-disable-next-line require-await
    async *rounds() {
      for (const [i, round] of session.rounds.slice(0, offset).entries())
        if (i >= begun) yield { round, at: [id, i], mtime };
    },
  };
}

function readIfThere(files: Files, path: string): Buffer | undefined {
  try {
    return readWhole(files, path, 'given');
  } catch (error) {
    // Something else may be at its path by now.
    if (!isSystemError(error) && !(error instanceof MonitorError)) throw error;
    return undefined;
  }
}
