/**
 * An OpenClaw session key. The forms, from its src/sessions/session-key-utils.ts and src/routing/session-key.ts:
 *
 *     agent:<agent>:main                                   an agent's main session (any other single word likewise)
 *     agent:<agent>:<channel>:<kind>:<peer>                group, channel or direct chats
 *     agent:<agent>:<channel>:<account>:direct:<peer>
 *     agent:<agent>:cron:<job>, …:run:<run>                scheduled jobs, and their single runs
 *     agent:<agent>:hook:<id>                              webhooks
 *     agent:<agent>:subagent:<id>                          a sub-agent, which can have its own: …:subagent:<id>
 *     <any of them>:thread:<thread>                        a thread of a chat
 *
 * and `cron:…`, `hook:…`, `subagent:…` without an agent. Keys are case-insensitive.
 */
export interface SessionKey {
  /** Null if the key names none. */
  agent: string | null;
  /** The part after the agent: `main`, `discord`, `cron`, `hook`, `subagent` … */
  channel: string;
  /** The key of the session it belongs to, if the key says so. */
  parent: string | null;
}

const WITHOUT_AGENT = /^(cron|hook|subagent):./;
/** These separate the key of a session from the name of a part of it. */
const PARTS = { ':subagent:': 'sub-agent', ':thread:': 'thread', ':run:': 'run' } as const;

export type PartKind = (typeof PARTS)[keyof typeof PARTS];

/** Ancestors farther away are not looked for: a hostile key can name thousands. */
const MOST_ANCESTORS = 16;

/** Parses a session id as an OpenClaw key; undefined if it is not one. All but the parent is in lower case. */
export function parseSessionKey(id: string): SessionKey | undefined {
  const lower = id.toLowerCase();
  const [, agent, channel] = /^agent:([^:]+):([^:]+)/.exec(lower) ?? [];
  if (agent !== undefined && channel !== undefined) {
    return { agent, channel, parent: parentOf(id, lower, `agent:${agent}:`.length) };
  }
  const [, alone] = WITHOUT_AGENT.exec(lower) ?? [];
  return alone === undefined ? undefined : { agent: null, channel: alone, parent: parentOf(id, lower, 0) };
}

/** The key without its last part. `from` is the end of the agent's name, which is not searched for parts. */
function parentOf(id: string, lower: string, from: number): string | null {
  const at = Math.max(...Object.keys(PARTS).map((part) => lower.lastIndexOf(part)));
  return at > from ? id.slice(0, at) : null;
}

/** The keys that a session belongs to, as its own key says: its parent, the parent of that, and so on. */
export function ancestorsOf(id: string): string[] {
  const found: string[] = [];
  for (let key = parseSessionKey(id)?.parent; key && found.length < MOST_ANCESTORS;) {
    found.push(key);
    key = parseSessionKey(key)?.parent;
  }
  return found;
}

/** What a session is a part as; null if its key does not say that it is one. A sub-agent's need not name its caller. */
export function partKindOf(id: string): PartKind | null {
  const key = parseSessionKey(id);
  if (!key) return null;
  if (key.parent === null) return key.channel === 'subagent' ? 'sub-agent' : null;
  const rest = id.slice(key.parent.length).toLowerCase();
  return Object.entries(PARTS).find(([part]) => rest.startsWith(part))?.[1] ?? null;
}
