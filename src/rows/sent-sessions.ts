import type { CopyCursor } from '../store/copy-cursor.ts';
import { isUnreadable } from '../store/read.ts';
import type { Row } from './row.ts';

/** Counts what a push sends, session by session, and notes the sessions that could not be read. */
export class SentSessions {
  rounds = 0;
  sessions = 0;
  /** What is wrong with those that could not be read, by their ids. */
  readonly #problems = new Map<string, string>();

  /**
   * Hands on the rows of a session; `before`: how many of its rows came before. If they cannot be read, or are not as many
   * as expected, the session is left for another push.
   */
  async send(
    session: string,
    rows: Iterable<Row>,
    expected: number | undefined,
    add: (row: Row, before: number) => Promise<void>,
  ): Promise<void> {
    let sent = 0;
    try {
      for (const row of rows) await add(row, sent++);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      this.#problems.set(session, error.problem);
      return;
    }
    if (expected !== undefined && sent !== expected)
      this.#problems.set(session, `has ${sent} rounds to be sent, and the index counts ${expected}`);
    this.rounds += sent;
    if (sent > 0) this.sessions++;
  }

  /** The ids of the sessions that are left. */
  get unreadIds(): string[] {
    return [...this.#problems.keys()];
  }

  /** The same, with what is wrong. */
  get unread(): { session: string; problem: string }[] {
    return Array.from(this.#problems, ([session, problem]) => ({ session, problem }));
  }

  /** What a cursor says once sessions with keys up to `done` are sent; undefined if no push is under way. */
  progress(cursor: CopyCursor, done: string): CopyCursor | undefined {
    const { pending } = cursor;
    const unread = [...new Set([...cursor.unread, ...this.unreadIds])];
    return pending ? { ...cursor, unread, pending: { ...pending, after: done } } : undefined;
  }
}
