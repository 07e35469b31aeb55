import { expandReadRounds, expandRounds } from '../../session-format/expand-rounds.ts';
import { readRound, type ReadRound } from '../../session-format/read-round.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { sessionName } from '../names.ts';
import type { SessionSource } from './pages.ts';

/** A session up to this size is read once and kept in memory; a larger one is read each time. */
const KEPT_BYTES = 16 << 20;

export function sourceOf(lines: Iterable<string>, entry: SessionEntry): SessionSource {
  const rounds = entry.end <= KEPT_BYTES ? keptRounds(lines) : readEachTime(lines);
  return { entry, name: sessionName(entry), ...rounds };
}

/** Reads the rounds once: they are iterated several times. */
export function keptRounds(lines: Iterable<string>): Pick<SessionSource, 'rounds' | 'expanded'> {
  const rounds = Array.from(lines, readRound);
  return { rounds, expanded: { [Symbol.iterator]: () => expandReadRounds(rounds) } };
}

/** Reads the rounds anew each time: only requests that later rounds refer to are kept in memory. */
export function readEachTime(lines: Iterable<string>): Pick<SessionSource, 'rounds' | 'expanded'> {
  return {
    rounds: {
      *[Symbol.iterator](): Generator<ReadRound> {
        for (const line of lines) yield readRound(line);
      },
    },
    expanded: { [Symbol.iterator]: (): Iterator<ExpandedRound> => expandRounds(lines) },
  };
}
