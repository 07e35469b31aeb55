import type { CounterPart } from '../../model/cell-counters.ts';
import type { SessionEntry, SessionHead, SessionUsage } from '../../model/session-entry.ts';
import type { CountingRules } from '../../session-format/round-cells.ts';
import {
  keyOf,
  type ChangedSession,
  type SharedCells,
  type StoredSessions,
  type TailMoment,
} from '../../store/index/index.ts';
import type { PrunedPart } from '../../store/pruned-file.ts';
import { joinedEntry } from './joined-session.ts';
import { joinedLines } from './joined-lines.ts';
import { joinCells } from './joined-cells.ts';
import type { SameLogs } from './same-log.ts';
import { planSession, type SessionPart, type SessionPlan } from './session-plan.ts';
import type { Source } from './source.ts';

/**
 * The sessions of several stores. Only those that several stores have can have rounds in common: the rounds of these are
 * read and compared, and the sums of all others are added up from the indexes.
 */
export class JoinedSessions implements StoredSessions {
  /** There is no tail whose changes could be followed. */
  readonly tailCrc = 0;
  readonly #sources: readonly Source[];
  readonly #rules: CountingRules;
  readonly #logs: () => SameLogs;
  /** By store. */
  readonly #removed: readonly ReadonlyMap<string, PrunedPart[]>[];
  #common: ReadonlySet<string> | undefined;
  readonly #plans = new Map<string, SessionPlan>();
  readonly #entries = new Map<string, SessionEntry>();

  constructor(sources: readonly Source[], rules: CountingRules, logs: () => SameLogs) {
    this.#sources = sources;
    this.#rules = rules;
    this.#logs = logs;
    this.#removed = sources.map(({ snapshot }) => snapshot.removed());
  }

  get size(): number {
    let size = 0;
    for (const { snapshot } of this.#sources) size += snapshot.sessions.size;
    for (const id of this.#shared()) size -= this.#partsOf(id).length - 1;
    return size;
  }

  get(id: string): SessionEntry | undefined {
    const having = this.#having(id);
    const [source] = having;
    if (having.length > 1) return this.#entryOf(id);
    const entry = source?.snapshot.sessions.get(id);
    return entry && source?.entry(entry);
  }

  has(id: string): boolean {
    return this.#sources.some(({ snapshot }) => snapshot.sessions.has(id));
  }

  keys(): Iterable<string> {
    return this.#each(
      ({ keys }) => keys(),
      (id) => id,
      (id) => id,
      (id) => id,
    );
  }

  values(): Iterable<SessionEntry> {
    return this.#each(
      ({ values }) => values(),
      ({ id }) => id,
      (entry, source) => source.entry(entry),
      (id) => this.#entryOf(id),
    );
  }

  *inOrder(): Generator<SessionEntry> {
    const shared = this.#shared();
    const lists = this.#sources.map((source) => new Ordered(source));
    for (;;) {
      const first = firstOf(lists);
      if (!first?.next) return;
      const { id } = first.next;
      yield shared.has(id) ? this.#entryOf(id) : first.source.entry(first.next);
      for (const list of lists) if (list.next?.id === id) list.advance();
    }
  }

  /** Of a session that several stores have, new rounds can come between known ones: then it is undefined. */
  changedSince(moments: readonly TailMoment[]): ChangedSession[] | undefined {
    if (moments.length !== this.#sources.length) return undefined;
    const changes: ChangedSession[] = [];
    for (const [i, source] of this.#sources.entries()) {
      const own = source.snapshot.sessions.changedSince(moments.slice(i, i + 1));
      if (own?.every(({ after }) => this.#having(after.id).length === 1) !== true) return undefined;
      for (const { before, after } of own)
        changes.push({ before: before && source.entry(before), after: source.entry(after) });
    }
    return changes;
  }

  heads(): Iterable<SessionHead> {
    return this.#each<SessionHead, SessionHead>(
      ({ heads }) => heads(),
      ({ id }) => id,
      (head, { gateway }) => ({ ...head, gateways: [gateway] }),
      (id) => this.#entryOf(id),
    );
  }

  usages(part?: CounterPart): Iterable<SessionUsage> {
    return this.#each<SessionUsage, SessionUsage>(
      ({ usages }) => usages(part),
      ({ id }) => id,
      (session, source) => source.entry(session),
      (id) => ({ id, usage: this.#planOf(id).usage }),
    );
  }

  sharedCells(part?: CounterPart): SharedCells | undefined {
    const common = this.#shared();
    return joinCells(this.#sources, part, common, () => Array.from(common, (id) => this.#planOf(id).usage));
  }

  /** The lines of a session's rounds. */
  lines(entry: SessionEntry): Iterable<string> {
    const having = this.#having(entry.id);
    const [source] = having;
    if (having.length > 1) return joinedLines(this.#planOf(entry.id));
    return source?.lines(entry) ?? [];
  }

  /**
   * For each of the stores that have a session, the places in its file of rounds that count as another store's; undefined
   * if only one store has it.
   */
  skippedOf(id: string): ReadonlyMap<number, ReadonlySet<number>> | undefined {
    if (!this.#shared().has(id)) return undefined;
    const { parts, skipped } = this.#planOf(id);
    return new Map(parts.map(({ store }, i) => [store, skipped[i] ?? new Set()]));
  }

  /** How many rounds may count twice. The sessions of which something was pruned or imported are read for it. */
  unsureRounds(): number {
    // A store of an older version does not say how many files were imported.
    const hasImports = this.#sources.some(({ snapshot }) => snapshot.state.imported !== 0);
    let unsure = 0;
    for (const id of this.#shared())
      if (hasImports || this.#removed.some((parts) => parts.has(id))) unsure += this.#planOf(id).unsure;
    return unsure;
  }

  /** What all stores have: of a session that several have, once, where the first of them has it. */
  *#each<T, U>(
    list: (sessions: StoredSessions) => Iterable<T>,
    idOf: (one: T) => string,
    alone: (one: T, source: Source) => U,
    joined: (id: string) => U,
  ): Generator<U> {
    const shared = this.#shared();
    for (const [i, source] of this.#sources.entries()) {
      for (const one of list(source.snapshot.sessions)) {
        const id = idOf(one);
        if (!shared.has(id)) yield alone(one, source);
        else if (!this.#sources.slice(0, i).some(({ snapshot }) => snapshot.sessions.has(id)))
          yield joined(id);
      }
    }
  }

  /** The sessions that several stores have. */
  #shared(): ReadonlySet<string> {
    if (this.#common) return this.#common;
    const common = new Set<string>();
    const bySize = this.#sources.toSorted((a, b) => a.snapshot.sessions.size - b.snapshot.sessions.size);
    // Each of them is in another store than the largest.
    for (const [i, { snapshot }] of bySize.slice(0, -1).entries()) {
      const others = bySize.slice(i + 1);
      for (const id of snapshot.sessions.keys())
        if (others.some((other) => other.snapshot.sessions.has(id))) common.add(id);
    }
    return (this.#common = common);
  }

  #having(id: string): Source[] {
    if (this.#common && !this.#common.has(id)) {
      const source = this.#sources.find(({ snapshot }) => snapshot.sessions.has(id));
      return source ? [source] : [];
    }
    return this.#sources.filter(({ snapshot }) => snapshot.sessions.has(id));
  }

  #partsOf(id: string): SessionPart[] {
    return this.#sources.flatMap((source, store) => {
      const entry = source.snapshot.sessions.get(id);
      return entry ? [{ store, source, entry, removed: this.#removed[store]?.get(id) ?? [] }] : [];
    });
  }

  #planOf(id: string): SessionPlan {
    let plan = this.#plans.get(id);
    if (!plan) this.#plans.set(id, (plan = planSession(this.#partsOf(id), this.#rules, this.#logs)));
    return plan;
  }

  #entryOf(id: string): SessionEntry {
    let entry = this.#entries.get(id);
    if (!entry) this.#entries.set(id, (entry = joinedEntry(this.#planOf(id))));
    return entry;
  }
}

/** The sessions of one store, in the order of their keys. */
class Ordered {
  readonly source: Source;
  next: SessionEntry | undefined;
  key: Buffer = Buffer.alloc(0);
  readonly #entries: Iterator<SessionEntry>;

  constructor(source: Source) {
    this.source = source;
    this.#entries = source.snapshot.sessions.inOrder()[Symbol.iterator]();
    this.advance();
  }

  advance(): void {
    const { done, value } = this.#entries.next();
    this.next = done ? undefined : value;
    if (this.next) this.key = keyOf(this.next.id);
  }
}

function firstOf(lists: readonly Ordered[]): Ordered | undefined {
  let first: Ordered | undefined;
  for (const list of lists) if (list.next && (!first || list.key.compare(first.key) < 0)) first = list;
  return first;
}
