import type { ExpandedRound } from '../session-format/stored-round.ts';
import type { Family } from '../query/family.ts';
import type { ShownMoney } from '../query/round-money.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import type { Screen } from './tables.ts';
import type { LocalTime } from '../query/time-zone.ts';

/** A session to be shown round by round. */
export interface ShownSession {
  session: SessionEntry;
  /** Read while they are shown: the texts of one round at a time. */
  rounds: Iterable<ExpandedRound>;
  /** Which of them are shown. Earlier ones are read too: they made the calls that later ones answer. */
  choice: RoundChoice;
  /** What a round costs, and why. */
  moneyOf: (round: ExpandedRound) => ShownMoney;
  /** Null if its id is no key; undefined if nobody asks. */
  family?: Family | null;
}

export interface ShowStyle {
  screen: Screen;
  local: LocalTime;
  /** All of each text, not only its first lines. */
  full: boolean;
  withMessages: boolean;
  /** The store keeps numbers only. */
  noContent: boolean;
}

/** One round by its number, or the last few. */
export type RoundChoice = { round: number } | { last: number } | null;

/** Whether the rounds up to the last one are read: only then the threads are known. */
export function readsAll(choice: RoundChoice): boolean {
  return choice === null || 'last' in choice;
}

/** The chosen rounds of a session that has `count`. */
export function* chooseRounds<T extends Pick<ExpandedRound, 'stored'>>(
  rounds: Iterable<T>,
  choice: RoundChoice,
  count: number,
): Generator<T> {
  const { from, to } = chosenRange(choice, count);
  for (const round of rounds) {
    if (round.stored.round > to) return;
    if (round.stored.round >= from) yield round;
  }
}

/** The numbers of the first and the last chosen round. */
export function chosenRange(choice: RoundChoice, count: number): { from: number; to: number } {
  if (choice === null) return { from: 1, to: Infinity };
  return 'round' in choice
    ? { from: choice.round, to: choice.round }
    : { from: count - choice.last + 1, to: Infinity };
}
