import { ancestorsOf } from './session-key.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { sumTools, withoutTools } from '../model/tool-counts.ts';

/** A session with its parts, of which it is the first or not. */
export interface RolledUp extends SessionEntry {
  /** All sessions that it is made of; absent if that is only itself. */
  parts?: readonly SessionEntry[];
}

/**
 * Adds each session to the session it is part of: the parent of a sub-agent, a thread, or a run of a job, as its key
 * says. Sessions whose parent is not there, or that have none, are returned in the same order.
 */
export function rollUp(sessions: Iterable<SessionEntry>): RolledUp[] {
  const every = [...sessions];
  const byId = new Map(every.map((session) => [session.id, session]));
  // Ids that differ only in case are one key. Parts go to the one that they spell, as in a family, or to the last of them.
  const byKey = new Map(every.map((session) => [session.id.toLowerCase(), session]));
  const find = (key: string): SessionEntry | undefined => byId.get(key) ?? byKey.get(key.toLowerCase());
  const parts = new Map<SessionEntry, SessionEntry[]>();
  for (const session of every) {
    const whole = wholeOf(session, find);
    const known = parts.get(whole);
    if (known) known.push(session);
    else parts.set(whole, [session]);
  }
  return every.flatMap((session) => {
    const all = parts.get(session);
    return all === undefined ? [] : [all.length === 1 ? session : sum(session, all)];
  });
}

/** The outermost session that exists. */
function wholeOf(session: SessionEntry, find: (key: string) => SessionEntry | undefined): SessionEntry {
  let whole = session;
  for (const key of ancestorsOf(session.id, Infinity)) whole = find(key) ?? whole;
  return whole;
}

function sum(whole: SessionEntry, all: readonly SessionEntry[]): RolledUp {
  return {
    ...withoutTools(whole),
    ...sumTools(all),
    created: all.reduce((first, { created }) => Math.min(first, created), Infinity),
    updated: all.reduce((last, { updated }) => Math.max(last, updated), -Infinity),
    rounds: all.reduce((count, { rounds }) => count + rounds, 0),
    errors: all.reduce((count, { errors }) => count + errors, 0),
    usage: all.flatMap(({ usage }) => usage),
    ...(whole.gateways && { gateways: [...new Set(all.flatMap(({ gateways = [] }) => gateways))] }),
    parts: all,
  };
}
