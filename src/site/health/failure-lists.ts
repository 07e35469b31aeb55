import { exact, plural } from '../../platform/count-text.ts';
import { compareText } from '../../query/aggregate.ts';
import { MOST_CALLS, type KnownFailures } from './known-failures.ts';

/** Sessions with failed requests that the page has. */
const MOST_SESSIONS = 20;
/** Providers that are named of requests without an answer. */
const MOST_PROVIDERS = 3;

/** A session as lists of failures name it. */
export interface FailingSession {
  id: string;
  /** Of its pages. */
  name: string;
  /** Empty if it has none. */
  title: string;
}

/** A session with failed requests. */
export interface FailedSession extends FailingSession {
  rounds: number;
  /** Failed requests, as the index counts them. */
  failed: number;
  /** The latest of those that are stored, the latest first. */
  requests: KnownFailures['requests'];
}

/** A failed call. */
export interface FailedCall extends FailingSession {
  round: number;
  time: number;
  reason: string;
  text: string;
}

/** Lists as JSON, to be carried on later. */
export interface FailureListsFields {
  failing: number;
  sessions: FailedSession[];
  calls: [tool: string, calls: FailedCall[]][];
  sentTo: [provider: string, rounds: number][];
}

/**
 * The latest failures of a site: bounded lists. What a session failed at stays, so a list of the latest of all sessions
 * can be carried on: whatever it left out before is still older than what it has.
 */
export class FailureLists {
  /** How many sessions have failed requests. */
  #failing = 0;
  #sessions: FailedSession[] = [];
  readonly #calls = new Map<string, FailedCall[]>();
  /** Failed requests that name no model, by provider. */
  readonly #sentTo = new Map<string, number>();

  static from({ failing, sessions, calls, sentTo }: FailureListsFields): FailureLists {
    const lists = new FailureLists();
    lists.#failing = failing;
    lists.#sessions = sessions;
    for (const [tool, rows] of calls) lists.#calls.set(tool, rows);
    for (const [provider, rounds] of sentTo) lists.#sentTo.set(provider, rounds);
    return lists;
  }

  fields(): FailureListsFields {
    const { failing, sessions } = this;
    return { failing, sessions, calls: this.#allCalls(), sentTo: [...this.#sentTo] };
  }

  #allCalls(): FailureListsFields['calls'] {
    return [...this.#calls].filter(([, rows]) => rows.length > 0).toSorted(([a], [b]) => compareText(a, b));
  }

  /** Counts requests that name no model; `before`: as they were counted. */
  countSent(before: KnownFailures['sentTo'], after: KnownFailures['sentTo']): void {
    for (const [sign, all] of [[-1, before] as const, [1, after] as const])
      for (const [provider, rounds] of all)
        this.#sentTo.set(provider, (this.#sentTo.get(provider) ?? 0) + sign * rounds);
  }

  /** `failed: sent to llm-openai 12, llm-claude 5`; empty if it is not known of any. */
  get sentTo(): string {
    const known = [...this.#sentTo]
      .filter(([provider, rounds]) => provider !== '' && rounds > 0)
      .toSorted(([a, some], [b, more]) => more - some || compareText(a, b));
    if (known.length === 0) return '';
    const named = known.slice(0, MOST_PROVIDERS).map(([provider, rounds]) => `${provider} ${exact(rounds)}`);
    const others = known.length - named.length;
    return `sent to ${named.join(', ')}${others > 0 ? ` and ${plural(others, 'other')}` : ''}`;
  }

  count(sessions: number): void {
    this.#failing += sessions;
  }

  /** Adds what failed in a session. What the lists had of it must have been removed. */
  add(session: FailingSession, counts: Pick<FailedSession, 'rounds' | 'failed'>, known: KnownFailures): void {
    if (known.requests.length > 0) {
      this.#sessions.push({ ...session, ...counts, requests: known.requests });
      if (this.#sessions.length > 4 * MOST_SESSIONS) this.#sessions = this.sessions;
    }
    for (const [tool, calls] of known.calls) {
      const rows = this.#calls.get(tool) ?? [];
      const oldest = rows.length < MOST_CALLS ? -Infinity : (rows.at(-1)?.time ?? 0);
      // Of most sessions, all are too old.
      const later = calls.filter(({ time }) => time >= oldest);
      if (later.length === 0) continue;
      const all = [...rows, ...later.map((call) => ({ ...session, ...call }))];
      this.#calls.set(tool, all.toSorted(latestCall).slice(0, MOST_CALLS));
    }
  }

  remove(id: string): void {
    const isOther = (row: FailingSession): boolean => row.id !== id;
    this.#sessions = this.#sessions.filter(isOther);
    for (const [tool, rows] of this.#calls)
      if (!rows.every(isOther)) this.#calls.set(tool, rows.filter(isOther));
  }

  get failing(): number {
    return this.#failing;
  }

  /** The one with the latest failed request first. */
  get sessions(): FailedSession[] {
    return this.#sessions.toSorted(latestSession).slice(0, MOST_SESSIONS);
  }

  callsOf(tool: string): readonly FailedCall[] {
    return this.#calls.get(tool) ?? [];
  }
}

function latestSession(a: FailedSession, b: FailedSession): number {
  return (b.requests[0]?.time ?? 0) - (a.requests[0]?.time ?? 0) || compareText(a.id, b.id);
}

function latestCall(a: FailedCall, b: FailedCall): number {
  return b.time - a.time || compareText(a.id, b.id) || b.round - a.round;
}
