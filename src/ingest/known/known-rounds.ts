import type { AnyRound } from '../../ai-log/round.ts';
import { isPruned, type SessionHead } from '../../model/session-entry.ts';
import { BUCKET_MS } from '../../model/usage-cell.ts';
import type { Files } from '../../platform/files.ts';
import { readFields } from '../../session-format/read-round.ts';
import { identityOfRound, identityOfStored } from '../../session-format/round-identity.ts';
import type { StoredIndex } from '../../store/index/index.ts';
import { readPruned, type PrunedPart } from '../../store/pruned-file.ts';
import type { State } from '../../store/state.ts';
import type { SessionDraft } from '../session-draft.ts';
import { CellBudget } from './cell-budget.ts';
import { SessionRounds } from './session-rounds.ts';

/** So many keys of stored rounds are held at once: some 20 MB. */
const MOST_KEYS = 100_000;

/** What is known of a draft's rounds that no commit has taken yet. */
interface Pending {
  takes: number;
  read: number;
  logs: Map<string, number[]>;
}

/**
 * Finds out whether the store has a round already, for lines that a log may have in common with another: a copy, a part
 * of a log, a log that was restored or put together. A round is the same request if its line has the same time and
 * request id. Lines that have no such proof are counted as often as the one log has them that has them most.
 */
export class KnownRounds {
  readonly #files: Files;
  readonly #dir: string;
  readonly #state: () => State;
  readonly #index: () => StoredIndex;
  readonly #sessions = new Map<string, SessionRounds>();
  readonly #pending = new WeakMap<SessionDraft, Pending>();
  /** How often this run has found a key without proof in a log that does not store it. */
  readonly #repeats = new Map<string, number>();
  #pruned: ReadonlyMap<string, PrunedPart[]> | undefined;
  /** What is left of the pruned rounds of a session that a log can have. */
  readonly #budgets = new Map<string, CellBudget>();

  constructor(files: Files, dir: string, state: () => State, index: () => StoredIndex) {
    this.#files = files;
    this.#dir = dir;
    this.#state = state;
    this.#index = index;
  }

  /** Whether the session has the round, stored or in its `draft`. `log`: the number of the log that has the line. */
  has(round: AnyRound, log: number, draft: SessionDraft | undefined): boolean {
    const { sessionId, time } = round;
    const identity = identityOfRound(round);
    if (!identity) return false;
    if (draft && time !== null && time > draft.updated) return false;
    const head = this.#index().head(sessionId);
    const last = draft?.updated ?? head?.updated;
    if (last === undefined || (time !== null && time > last)) return false;
    const bucket = time === null ? undefined : Math.floor(time / BUCKET_MS);
    const { key, isProof } = identity;
    const logs = [
      ...(draft ? this.#pendingLogs(draft, key) : []),
      ...(head && !isPruned(head) ? this.#storedLogs(head, key, bucket) : []),
    ];
    if (isProof ? logs.length > 0 : this.#isRepeat(`${sessionId} ${key}`, logs, log)) return true;
    return head?.pruned_rounds !== undefined && this.#isPruned(round, log);
  }

  #storedLogs(head: SessionHead, key: string, bucket: number | undefined): readonly number[] {
    const session = this.#sessionOf(head);
    // The one used last comes last.
    this.#sessions.delete(head.id);
    this.#sessions.set(head.id, session);
    const logs = session.logsOf(key, bucket);
    this.#forgetOldest(session, bucket);
    return logs;
  }

  /** Decoding an entry takes longer than looking at its head: a session that has not changed is not decoded again. */
  #sessionOf(head: SessionHead): SessionRounds {
    const known = this.#sessions.get(head.id);
    if (known?.isUpTo(head)) return known;
    const entry = this.#index().sessions.get(head.id);
    if (!entry) throw new Error(`the index has a head of ${JSON.stringify(head.id)} and no entry`);
    return known?.goOn(entry) ? known : new SessionRounds(this.#files, this.#dir, entry);
  }

  #forgetOldest(current: SessionRounds, bucket: number | undefined): void {
    let size = 0;
    for (const session of this.#sessions.values()) size += session.size;
    for (const [id, session] of this.#sessions) {
      if (size <= MOST_KEYS || session === current) break;
      size -= session.size;
      this.#sessions.delete(id);
    }
    if (size > MOST_KEYS) current.dropKeysExcept(bucket);
  }

  #pendingLogs(draft: SessionDraft, key: string): readonly number[] {
    let pending = this.#pending.get(draft);
    if (pending?.takes !== draft.takes) {
      pending = { takes: draft.takes, read: 0, logs: new Map() };
      this.#pending.set(draft, pending);
    }
    for (const line of draft.pendingRounds(pending.read)) {
      pending.read++;
      const stored = readFields(line.toString());
      const identity = identityOfStored(stored);
      if (!identity) continue;
      const logs = pending.logs.get(identity.key);
      if (logs) logs.push(stored.at[0]);
      else pending.logs.set(identity.key, [stored.at[0]]);
    }
    return pending.logs.get(key) ?? [];
  }

  /** Whether some other log has the key more often than this one has had it so far. */
  #isRepeat(name: string, logs: readonly number[], log: number): boolean {
    const counts = new Map<number, number>();
    for (const other of logs) counts.set(other, (counts.get(other) ?? 0) + 1);
    const repeated = `${log} ${name}`;
    const own = (counts.get(log) ?? 0) + (this.#repeats.get(repeated) ?? 0);
    counts.delete(log);
    if (Math.max(0, ...counts.values()) <= own) return false;
    this.#repeats.set(repeated, (this.#repeats.get(repeated) ?? 0) + 1);
    if (this.#repeats.size > MOST_KEYS) this.#repeats.delete(this.#repeats.keys().next().value ?? '');
    return true;
  }

  /** Of rounds that were removed, only sums are left: a line is one of them as long as it fits into what is left of these. */
  #isPruned(round: AnyRound, log: number): boolean {
    if (round.time === null) return false;
    const name = `${log} ${round.sessionId}`;
    let budget = this.#budgets.get(name);
    if (!budget) {
      this.#pruned ??= readPruned(this.#files, this.#dir, this.#state());
      const cells = this.#pruned.get(round.sessionId)?.flatMap(({ usage }) => usage) ?? [];
      this.#budgets.set(name, (budget = new CellBudget(cells)));
    }
    const counted = { ...round, time: round.time, isTimeMissing: false };
    return budget.fits(counted) && budget.take(counted) !== undefined;
  }
}
