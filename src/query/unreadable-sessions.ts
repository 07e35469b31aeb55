import { isUnreadable, type UnreadableSession } from '../store/read.ts';

/** Sessions that a report went on without, by id, and what is wrong with them. */
export type UnreadableSessions = Map<string, UnreadableSession>;

/** What `read` returns, or undefined if the session cannot be read: then it is in `unreadable`. */
export function readOrLeaveOut<T>(unreadable: UnreadableSessions, id: string, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    unreadable.set(id, error);
    return undefined;
  }
}

/** `unreadable_sessions` of a document that has it only if there are any. */
export function unreadableJson(unreadable: ReadonlyMap<string, UnreadableSession>): {
  unreadable_sessions?: { session_id: string; problem: string }[];
} {
  if (unreadable.size === 0) return {};
  return {
    unreadable_sessions: Array.from(unreadable, ([id, { problem }]) => ({ session_id: id, problem })),
  };
}
