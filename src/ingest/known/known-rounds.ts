import type { AnyRound } from '../../ai-log/round.ts';
import { isPruned, type SessionHead } from '../../model/session-entry.ts';
import { bucketOf } from '../../model/usage-cell.ts';
import type { Files } from '../../platform/files.ts';
import { readFields } from '../../session-format/read-round.ts';
import { identityOfRound } from '../../session-format/round-identity.ts';
import type { StoredIndex } from '../../store/index/index.ts';
import type { State } from '../../store/state.ts';
import type { ImportedRounds } from '../imported/imported-rounds.ts';
import type { SessionDraft } from '../session-draft.ts';
import { PrunedRounds } from './pruned-rounds.ts';
import { addKey, MOST_KEYS, SessionRounds, type Keys } from './session-rounds.ts';
import { TimelessRounds } from './timeless-rounds.ts';

/** Above this many ids of rounds without a time, in all sessions together, another session starts anew. */
const MOST_IDS = 1_000_000;

/** What is known about the uncommitted rounds of a draft. */
interface Pending {
  takes: number;
  read: number;
  keys: Keys;
}

/** Rounds with the same key as a line's. */
interface FoundRounds {
  key: string;
  /** The key proves that they are the same request. */
  isProof: boolean;
  /** The log of each. */
  logs: readonly number[];
  /** The session has pruned rounds. */
  hasPruned: boolean;
}

/**
 * Finds out whether the store already has a round, for lines that two logs may share: one can be a copy, a part, a
 * restored log, or several logs joined. Two rounds are the same request if their lines have the same time and request
 * id. A line without that proof is counted as often as it occurs in the log that has it most often.
 */
export class KnownRounds {
  readonly #files: Files;
  readonly #dir: string;
  readonly #pruned: PrunedRounds;
  readonly #index: () => StoredIndex;
  /** undefined if nothing was imported. */
  readonly #imported: Pick<ImportedRounds, 'logsOf'> | undefined;
  readonly #sessions = new Map<string, SessionRounds>();
  /** How many keys these hold. */
  #size = 0;
  readonly #timeless = new Map<string, TimelessRounds>();
  readonly #pending = new WeakMap<SessionDraft, Pending>();
  /** How often this run has skipped a key without proof, by log: those lines are not stored under that log. */
  readonly #repeats = new Map<string, number>();

  constructor(
    files: Files,
    dir: string,
    state: Pick<State, 'pruned'>,
    index: () => StoredIndex,
    imported: Pick<ImportedRounds, 'logsOf'> | undefined,
  ) {
    this.#imported = imported;
    this.#files = files;
    this.#dir = dir;
    this.#pruned = new PrunedRounds(files, dir, state);
    this.#index = index;
  }

  /**
   * `known`: the session has the round, stored, in its `draft` or pruned. `pruned`: an older version may have pruned it.
   * `log` is the number of the line's log; a round that this log itself brought counts only if `isAlsoOwn`.
   */
  find(
    round: AnyRound,
    { log, isAlsoOwn }: { log: number; isAlsoOwn: boolean },
    draft: SessionDraft | undefined,
  ): 'new' | 'known' | 'pruned' {
    const found = this.#look(round, draft);
    if (!found) return 'new';
    const { key, isProof, logs, hasPruned } = found;
    const isStored = logs.some((one) => isAlsoOwn || one !== log);
    if (isProof ? isStored : this.#isRepeat(`${round.sessionId} ${key}`, logs, log)) return 'known';
    return hasPruned && this.#pruned.fits(round, log) ? 'pruned' : 'new';
  }

  /** False: `find` would say `new`, whichever logs can have the line. */
  mayKnow(round: AnyRound, draft: SessionDraft | undefined): boolean {
    const found = this.#look(round, draft);
    return found !== undefined && (found.logs.length > 0 || found.hasPruned);
  }

  /** The logs of rounds that can be this one; undefined if none can. */
  #look(round: AnyRound, draft: SessionDraft | undefined): FoundRounds | undefined {
    const { sessionId, time } = round;
    const isLater = draft !== undefined && time !== null && time > draft.updated;
    const head = isLater ? undefined : this.#headOf(sessionId, time, draft);
    // Nothing is as late as this round, as usual. Otherwise its identity has to be known.
    if (!this.#imported && !head && (!draft || isLater)) return undefined;
    const identity = identityOfRound(round);
    if (!identity) return undefined;
    const { key, isProof } = identity;
    const bucket = time === null ? undefined : bucketOf(time);
    // An imported round can be older than the line that it was read from, by its time.
    const imported = this.#imported?.logsOf(sessionId, key) ?? [];
    const hasPruned = head?.pruned_rounds !== undefined;
    const logs = [
      ...imported,
      ...(draft && !isLater ? this.#pendingLogs(draft, key) : []),
      ...(head && !isPruned(head) ? this.#storedLogs(head, key, round) : []),
      ...(hasPruned ? this.#pruned.logsOf(sessionId, key, bucket) : []),
    ];
    return { key, isProof, logs, hasPruned };
  }

  /** The session as stored, unless all its rounds are earlier. */
  #headOf(id: string, time: number | null, draft: SessionDraft | undefined): SessionHead | undefined {
    const head = this.#index().head(id);
    const last = draft?.updated ?? head?.updated ?? -Infinity;
    return time !== null && time > last ? undefined : head;
  }

  #storedLogs(head: SessionHead, key: string, { time, requestId, chatId }: AnyRound): readonly number[] {
    return time === null
      ? this.#timelessOf(head).logsOf(key, requestId ?? chatId ?? '')
      : this.#timedLogs(head, key, bucketOf(time));
  }

  #timelessOf(head: SessionHead): TimelessRounds {
    const known = this.#timeless.get(head.id);
    if (known?.goOn(head)) return known;
    let size = 0;
    for (const session of this.#timeless.values()) size += session.size;
    if (size > MOST_IDS) this.#timeless.clear();
    const session = new TimelessRounds(this.#files, this.#dir, head);
    this.#timeless.set(head.id, session);
    return session;
  }

  #timedLogs(head: SessionHead, key: string, bucket: number): readonly number[] {
    const session = this.#sessionOf(head);
    this.#size -= this.#sessions.get(head.id)?.size ?? 0;
    // Keeps the map ordered by last use.
    this.#sessions.delete(head.id);
    this.#sessions.set(head.id, session);
    const logs = session.logsOf(key, bucket);
    this.#size += session.size;
    if (this.#size > MOST_KEYS) this.#forgetOldest(session, bucket);
    return logs;
  }

  /** Decoding an entry costs more than reading its head, so an unchanged session is not decoded again. */
  #sessionOf(head: SessionHead): SessionRounds {
    const known = this.#sessions.get(head.id);
    if (known?.isUpTo(head)) return known;
    const entry = this.#index().sessions.get(head.id);
    if (!entry) throw new Error(`the index has a head of ${JSON.stringify(head.id)} and no entry`);
    return known?.goOn(entry) ? known : new SessionRounds(this.#files, this.#dir, entry);
  }

  #forgetOldest(current: SessionRounds, bucket: number): void {
    for (const [id, session] of this.#sessions) {
      if (this.#size <= MOST_KEYS) return;
      this.#size -= session.size;
      if (session !== current) this.#sessions.delete(id);
    }
    // It holds too many by itself.
    current.dropKeysExcept(bucket);
    this.#size = current.size;
  }

  #pendingLogs(draft: SessionDraft, key: string): readonly number[] {
    let pending = this.#pending.get(draft);
    if (pending?.takes !== draft.takes) {
      pending = { takes: draft.takes, read: 0, keys: new Map() };
      this.#pending.set(draft, pending);
    }
    for (const line of draft.pendingRounds(pending.read)) {
      pending.read++;
      addKey(pending.keys, readFields(line.toString()));
    }
    return pending.keys.get(key) ?? [];
  }

  /**
   * Whether other logs have rounds with this key that this log has not had yet. What they have together is what the log
   * with the most of them has, because of each later log only the rest was stored.
   */
  #isRepeat(name: string, logs: readonly number[], log: number): boolean {
    const repeated = `${log} ${name}`;
    const repeats = this.#repeats.get(repeated) ?? 0;
    if (logs.filter((other) => other !== log).length <= repeats) return false;
    this.#repeats.set(repeated, repeats + 1);
    if (this.#repeats.size > MOST_KEYS) this.#repeats.delete(this.#repeats.keys().next().value ?? '');
    return true;
  }
}
