/**
 * What OpenClaw's session keys say. The forms, from its src/sessions/session-key-utils.ts and src/routing/session-key.ts:
 *
 *     agent:<agent>:main                                   an agent's main session (any other single word likewise)
 *     agent:<agent>:<channel>:<kind>:<peer>                group, channel or direct chats
 *     agent:<agent>:<channel>:<account>:direct:<peer>
 *     agent:<agent>:cron:<job>, …:run:<run>                scheduled jobs, and their single runs
 *     agent:<agent>:hook:<id>                              webhooks
 *     agent:<agent>:subagent:<id>                          a sub-agent, which can have its own: …:subagent:<id>
 *     <any of them>:thread:<thread>                        a thread of a chat
 *
 * and `cron:…`, `hook:…`, `subagent:…` without an agent before them. Case does not matter.
 */
export interface SessionKey {
  /** Null where the key names none. */
  agent: string | null;
  /** What stands behind the agent: `main`, `discord`, `cron`, `hook`, `subagent` … */
  channel: string;
  /** The key of the session that it belongs to, where the key itself says so. */
  parent: string | null;
}

const WITHOUT_AGENT = /^(cron|hook|subagent):./;
/** Behind these, a key goes on with the name of a part: what stands before them is the whole. */
const PARTS = [':subagent:', ':thread:', ':run:'];

/** What a session's id says as an OpenClaw key, in lower case but for the parent; undefined where it is none. */
export function parseSessionKey(id: string): SessionKey | undefined {
  const lower = id.toLowerCase();
  const [, agent, channel] = /^agent:([^:]+):([^:]+)/.exec(lower) ?? [];
  if (agent !== undefined && channel !== undefined) {
    return { agent, channel, parent: parentOf(id, lower, `agent:${agent}:`.length) };
  }
  const [, alone] = WITHOUT_AGENT.exec(lower) ?? [];
  return alone === undefined ? undefined : { agent: null, channel: alone, parent: parentOf(id, lower, 0) };
}

/** The key before the last part's name. `from`: where what is no agent begins; a part can't stand before it. */
function parentOf(id: string, lower: string, from: number): string | null {
  const at = Math.max(...PARTS.map((part) => lower.lastIndexOf(part)));
  return at > from ? id.slice(0, at) : null;
}
