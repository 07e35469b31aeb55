import type { ParseResult } from '../../ingest/tally.ts';

/** `parse --json`. Documented in docs/commands.md. */
export function parseJson(result: ParseResult): string {
  const { rounds, sessions, otherLines, rejectedLines, filteredRounds, held, bytes, logs, gaps, warnings } =
    result;
  const { importedBefore, times } = result;
  const document = {
    version: 1,
    rounds,
    sessions,
    other_lines: otherLines,
    rejected_lines: rejectedLines,
    filtered_rounds: filteredRounds,
    imported_before: importedBefore,
    known_rounds: result.knownRounds,
    taken_as_pruned: result.takenAsPruned,
    held,
    unread_times: times.unread,
    missing_times: times.missing,
    bytes,
    logs,
    gaps,
    warnings,
  };
  return `${JSON.stringify(document)}\n`;
}
