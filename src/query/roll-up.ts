import { parseSessionKey } from './session-key.ts';
import type { SessionEntry } from '../model/session-entry.ts';

/**
 * Adds each session to the one that it is a part of (a sub-agent of a sub-agent, a thread, a run of a job), where its
 * key says so and that one is there. What is no part of another comes out as it was, in the same order.
 */
export function rollUp(sessions: Iterable<SessionEntry>): SessionEntry[] {
  const every = [...sessions];
  // Ids that differ by case alone are one key; a part belongs to the last of them, and each stays itself.
  const byKey = new Map(every.map((session) => [session.id.toLowerCase(), session]));
  const parts = new Map<SessionEntry, SessionEntry[]>();
  for (const session of every) {
    const whole = wholeOf(session, byKey);
    parts.set(whole, [...(parts.get(whole) ?? []), session]);
  }
  return every.flatMap((session) => {
    const all = parts.get(session);
    return all === undefined ? [] : [all.length === 1 ? session : sum(session, all)];
  });
}

/** The outermost session that is there; keys get shorter, so it ends. */
function wholeOf(session: SessionEntry, byKey: ReadonlyMap<string, SessionEntry>): SessionEntry {
  let whole = session;
  for (let key = parseSessionKey(session.id)?.parent; key; key = parseSessionKey(key)?.parent) {
    whole = byKey.get(key.toLowerCase()) ?? whole;
  }
  return whole;
}

function sum(whole: SessionEntry, all: readonly SessionEntry[]): SessionEntry {
  return {
    ...whole,
    created: all.reduce((first, { created }) => Math.min(first, created), Infinity),
    updated: all.reduce((last, { updated }) => Math.max(last, updated), -Infinity),
    rounds: all.reduce((count, { rounds }) => count + rounds, 0),
    errors: all.reduce((count, { errors }) => count + errors, 0),
    usage: all.flatMap(({ usage }) => usage),
  };
}
