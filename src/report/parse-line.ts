import { bytesText, exact, plural } from '../platform/count-text.ts';

/** What a run did, for its summary. */
export interface ParseReport {
  rounds: number;
  sessions: number;
  otherLines: number;
  rejectedLines: number;
  filteredRounds: number;
  importedBefore?: number;
  knownRounds?: number;
  takenAsPruned?: number;
  held: number;
  bytes: number;
  logs: readonly unknown[];
}

/** `120 rounds of 3 sessions from 2 logs (1.2 MB); 40 other lines, 0 rejected` */
export function parseLine(report: ParseReport): string {
  const {
    rounds,
    sessions,
    logs,
    bytes,
    otherLines,
    rejectedLines,
    filteredRounds,
    importedBefore = 0,
    knownRounds = 0,
    takenAsPruned = 0,
    held,
  } = report;
  const filtered =
    filteredRounds > 0 ? `, ${plural(filteredRounds, 'round')} left out by the store's filters` : '';
  const imported =
    importedBefore > 0 ? `, ${plural(importedBefore, 'round')} already imported and not counted again` : '';
  const guessed = takenAsPruned > 0 ? ` (${exact(takenAsPruned)} taken as pruned rounds)` : '';
  const known =
    knownRounds > 0 ? `, ${plural(knownRounds, 'round')} already stored and not counted again${guessed}` : '';
  const waiting =
    held > 0 ? `, ${plural(held, 'line')} waiting for ${held === 1 ? 'its' : 'their'} last part` : '';
  return (
    `${plural(rounds, 'round')} of ${plural(sessions, 'session')} from ${plural(logs.length, 'log')} (${bytesText(bytes)}); ` +
    `${plural(otherLines, 'other line')}, ${exact(rejectedLines)} rejected${filtered}${imported}${known}${waiting}\n`
  );
}

/** How far a run has read, as one line that is redrawn. */
export function progressLine(
  progress: { bytes: number; totalBytes: number; rounds: number },
  elapsedMs: number,
  width: number,
): string {
  const { bytes, totalBytes, rounds } = progress;
  const words = `${bytesText(bytes)} of ${bytesText(totalBytes)}, ${plural(rounds, 'round')}`;
  return barLine(totalBytes === 0 ? 1 : bytes / totalBytes, words, elapsedMs, width);
}

/** A progress bar (`done`: 0 to 1), the same in words, and how long the rest will take. */
export function barLine(done: number, words: string, elapsedMs: number, width: number): string {
  const share = Math.min(1, done);
  const left = share > 0.01 ? `, ${Math.ceil((elapsedMs * (1 / share - 1)) / 1000)} s left` : '';
  const text = ` ${Math.floor(share * 100)}%  ${words}${left}`;
  const room = Math.min(30, width - text.length - 3);
  if (room < 5) return text.slice(0, width - 1);
  const filled = Math.round(share * room);
  return `${'█'.repeat(filled)}${'░'.repeat(room - filled)}${text}`;
}
