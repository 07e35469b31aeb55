import type { SessionEntry, SessionHead } from '../model/session-entry.ts';
import type { ReadRound } from '../session-format/read-round.ts';
import type { Snapshot } from '../store/read.ts';
import { RoundFilter, type RoundSelection } from './round-filter.ts';
import { sessionFilter } from './session-filter.ts';
import { conditionsOf, usageFilter } from './usage-filter.ts';

/** A session with rounds that are meant. */
export type SelectedSession =
  /** All of its rounds are. */
  | { kind: 'whole'; entry: SessionHead }
  /** Some are: `isMeant` must be asked for each, in their order. */
  | { kind: 'part'; entry: SessionEntry; isMeant: (round: Pick<ReadRound, 'stored' | 'texts'>) => boolean }
  /** Some are, and what all of them said is not in the file any more. */
  | { kind: 'pruned'; entry: SessionEntry };

/** The sessions with rounds of a selection, for what the index counts by session only. */
export class ToolSelection {
  /** Rounds of which the store does not know whether they are meant. */
  undecidedRounds = 0;
  readonly #snapshot: Snapshot;
  readonly #query: RoundSelection;
  readonly #rounds: RoundFilter;
  readonly #answerOf: ReturnType<typeof usageFilter>;

  constructor(snapshot: Snapshot, query: RoundSelection) {
    this.#snapshot = snapshot;
    this.#query = query;
    this.#rounds = new RoundFilter(snapshot, query);
    this.#answerOf = usageFilter(query);
  }

  *[Symbol.iterator](): Generator<SelectedSession> {
    const { sessions } = this.#snapshot;
    const isSession = sessionFilter(this.#query) ?? ((): boolean => true);
    if (this.#meansAllRounds()) {
      for (const entry of sessions.heads()) if (isSession(entry.id)) yield { kind: 'whole', entry };
      return;
    }
    for (const entry of sessions.values()) {
      const selected = isSession(entry.id) ? this.#select(entry) : undefined;
      if (selected) yield selected;
    }
  }

  #meansAllRounds(): boolean {
    const { from, to } = this.#query.buckets;
    return from === -Infinity && to === Infinity && conditionsOf(this.#query).length === 0;
  }

  #select(entry: SessionEntry): SelectedSession | undefined {
    let [meant, others] = [0, 0];
    const { from, to } = this.#query.buckets;
    for (const cell of entry.usage) {
      const answer = cell.bucket >= from && cell.bucket < to && this.#answerOf(cell);
      if (answer === undefined) this.undecidedRounds += cell.rounds;
      if (answer) meant += cell.rounds;
      else others += cell.rounds;
    }
    if (meant === 0) return undefined;
    if (others === 0) return { kind: 'whole', entry };
    if (entry.pruned_rounds !== undefined || entry.pruned_content) return { kind: 'pruned', entry };
    return { kind: 'part', entry, isMeant: this.#rounds.roundsOf(entry) };
  }
}
