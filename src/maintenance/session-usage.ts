import type { SessionEntry } from '../model/session-entry.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import { mergeCells } from '../model/usage-cells.ts';
import { InputOutputError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { readRound, type ReadRound } from '../session-format/read-round.ts';
import { factsOfStored, SessionCells } from '../session-format/round-cells.ts';
import type { StoredRound } from '../session-format/stored-round.ts';
import { removedRounds, type PrunedPart } from '../store/pruned-file.ts';
import { storedRounds } from '../store/session-file.ts';
import { pricedCell, type Counting } from './read-session.ts';

const MOST_CELLS = 10_000;

/**
 * A session's usage, summed from its rounds one by one. Of pruned rounds only the sums are left, which stay as they are.
 * Throws InputOutputError if the file does not have the rounds that the index counts.
 */
export function usageFromRounds(
  files: Files,
  dir: string,
  entry: SessionEntry,
  { book, rules }: Counting,
  parts: readonly PrunedPart[],
  onRound?: (round: StoredRound, read: Pick<ReadRound, 'line' | 'texts'>) => void,
): UsageCell[] {
  let cells: UsageCell[] = parts.flatMap(({ usage }) => usage);
  let rounds = removedRounds(parts);
  const counted = new SessionCells(rules, cells);
  for (const line of storedRounds(files, dir, entry)) {
    const read = readRound(line);
    const { stored, texts } = read;
    cells.push(pricedCell(stored, book, counted.of(factsOfStored(stored, texts))));
    onRound?.(stored, read);
    rounds++;
    if (cells.length > MOST_CELLS) cells = mergeCells(cells);
  }
  if (rounds === entry.rounds) return mergeCells(cells);
  throw new InputOutputError(
    `the session file of ${JSON.stringify(entry.id)} in ${dir} holds ${rounds} rounds, and the index counts ${entry.rounds}. ` +
      'Nothing was changed. Run monitor repair to see what can be recovered',
  );
}
