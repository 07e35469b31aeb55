import { isPruned, type SessionEntry } from '../model/session-entry.ts';
import type { BucketRange } from './group-usage.ts';
import { cellOutcome, outcomeFilter, type OutcomeFilter } from './outcome-filter.ts';
import { usageFilter, type Answer, type UsageFilter } from './usage-filter.ts';
import { readRound } from '../session-format/read-round.ts';
import type { Snapshot } from '../store/read.ts';
import { RoundFilter } from './round-filter.ts';
import { readOrLeaveOut, type UnreadableSessions } from './unreadable-sessions.ts';

/** Rounds of a filter, in a time, that came to something. */
export interface OutcomeQuery extends UsageFilter {
  buckets: BucketRange;
  outcome: OutcomeFilter;
}

/** Finds the sessions that have such a round. Only where the index does not tell, the rounds of a session are read. */
export class OutcomeSearch {
  /** Sessions that may have had such a round: it was pruned, and what is left of it does not tell. */
  pruned = 0;
  /** Sessions that may have had one: a part of them cannot be read. */
  unread = 0;
  /** These parts. */
  readonly unreadable: UnreadableSessions = new Map();
  readonly #linesOf: Snapshot['rounds'];
  readonly #rounds: RoundFilter;
  readonly #range: BucketRange;
  readonly #isMeant: ReturnType<typeof usageFilter>;
  readonly #ofCell: ReturnType<typeof cellOutcome>;
  readonly #isWanted: ReturnType<typeof outcomeFilter>;

  constructor(snapshot: Pick<Snapshot, 'rounds' | 'removed' | 'state'>, query: OutcomeQuery) {
    this.#linesOf = (session) => snapshot.rounds(session);
    this.#rounds = new RoundFilter(snapshot, query);
    this.#range = query.buckets;
    this.#isMeant = usageFilter(query);
    this.#ofCell = cellOutcome(query.outcome);
    this.#isWanted = outcomeFilter(query.outcome);
  }

  /** Whether one of the parts that count as one session has such a round. Undefined if the store does not know. */
  find(parts: readonly SessionEntry[]): Answer {
    const toRead: SessionEntry[] = [];
    let isUndecided = false;
    for (const part of parts) {
      const found = this.#ofCells(part);
      if (found === 'found') return true;
      if (found === 'read') toRead.push(part);
      if (found === 'undecided') isUndecided = true;
    }
    const { size } = this.unreadable;
    if (toRead.some((part) => !isPruned(part) && this.#canTell(part))) return true;
    if (this.unreadable.size > size) {
      this.unread++;
      return undefined;
    }
    const isGone = toRead.some(({ pruned_rounds: rounds = 0 }) => rounds > 0);
    if (isGone) this.pruned++;
    return isGone || isUndecided ? undefined : false;
  }

  #ofCells({ usage }: SessionEntry): 'found' | 'read' | 'undecided' | 'none' {
    let answer: 'read' | 'undecided' | 'none' = 'none';
    for (const cell of usage) {
      if (cell.bucket < this.#range.from || cell.bucket >= this.#range.to) continue;
      const isMeant = this.#isMeant(cell);
      if (isMeant === false) continue;
      const has = this.#ofCell(cell);
      if (has === false) continue;
      if (isMeant && has) return 'found';
      if (isMeant) answer = 'read';
      else if (answer === 'none') answer = 'undecided';
    }
    return answer;
  }

  #canTell(session: SessionEntry): boolean {
    return readOrLeaveOut(this.unreadable, session.id, () => this.#hasRound(session)) === true;
  }

  #hasRound(session: SessionEntry): boolean {
    const isMeant = this.#rounds.roundsOf(session);
    for (const line of this.#linesOf(session)) {
      const round = readRound(line);
      const { response_code: status = null, duration_ms: durationMs = null } = round.stored;
      if (isMeant(round) && this.#isWanted({ status, durationMs })) return true;
    }
    return false;
  }
}
