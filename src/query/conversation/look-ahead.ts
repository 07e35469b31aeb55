import type { ExpandedRound, StoredRound } from '../../session-format/stored-round.ts';
import { ConversationReader, type EchoReading, type RoundReading } from './reader.ts';

/** A round with what a later one tells about its answer. */
export interface ToldRound {
  stored: StoredRound;
  reading: RoundReading;
  /** What the next request of its thread sends back, and the log lacked; null if there is nothing. */
  added: EchoReading | null;
}

/** Rounds that may come between two of a thread. Beyond that, an answer is shown as it was logged. */
const MOST_AHEAD = 16;

interface Waiting extends ToldRound {
  isSettled: boolean;
}

/** Reads rounds, and hands each out once the next one of its thread was read. */
export function* readAhead(
  rounds: Iterable<ExpandedRound>,
  reader: ConversationReader,
): Generator<ToldRound> {
  const waiting: Waiting[] = [];
  for (const round of rounds) {
    const reading = reader.read(round);
    const { diff, echo } = reading;
    const last = diff ? waiting.find(({ stored }) => stored.round === diff.continues) : undefined;
    if (last) {
      last.isSettled = true;
      if (echo && echo.verdict !== 'differs' && echo.said) last.added = echo;
    }
    waiting.push({ stored: round.stored, reading, added: null, isSettled: diff === null });
    while (waiting[0] && (waiting[0].isSettled || waiting.length > MOST_AHEAD))
      yield waiting.shift() as ToldRound;
  }
  yield* waiting;
}
