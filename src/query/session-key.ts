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

const WITHOUT_AGENT = /^(cron|hook|subagent):./i;
/** These separate the key of a session from the name of a part of it. */
const PARTS = { ':subagent:': 'sub-agent', ':thread:': 'thread', ':run:': 'run' } as const;

export type PartKind = (typeof PARTS)[keyof typeof PARTS];

/** What remembers something of every ancestor takes no more of them: a hostile key can name thousands. */
const MOST_ANCESTORS = 64;

/** Parses a session id as an OpenClaw key; undefined if it is not one. All but the parent is in lower case. */
export function parseSessionKey(id: string): SessionKey | undefined {
  const lower = id.toLowerCase();
  const [, agent, channel] = /^agent:([^:]+):([^:]+)/.exec(lower) ?? [];
  if (agent !== undefined && channel !== undefined) return { agent, channel, parent: parentOf(id) };
  const [, alone] = WITHOUT_AGENT.exec(lower) ?? [];
  return alone === undefined ? undefined : { agent: null, channel: alone, parent: parentOf(id) };
}

/** The key without its last part. */
function parentOf(id: string): string | null {
  const [at] = cutsOf(id, 1);
  return at === undefined ? null : id.slice(0, at);
}

/** The keys that a session belongs to, as its own key says: its parent, the parent of that, and so on. */
export function ancestorsOf(id: string, most = MOST_ANCESTORS): string[] {
  return cutsOf(id, most).map((at) => id.slice(0, at));
}

/** How many levels a session is below another one, as its key says; 0: it is not. */
export function levelsBelow(id: string, ancestor: string): number {
  return id.startsWith(`${ancestor}:`) ? cutsOf(id).indexOf(ancestor.length) + 1 : 0;
}

/** Where a key is cut to give its parent, the parent of that, and so on. It takes linear time. */
function cutsOf(id: string, most = Infinity): number[] {
  // The agent's name is not searched for parts.
  const [agent = WITHOUT_AGENT.test(id) ? '' : undefined] = AGENT.exec(id) ?? [];
  if (agent === undefined) return [];
  const cuts: number[] = [];
  let end = id.length;
  for (const { index, 0: part } of [...id.matchAll(PART)].toReversed()) {
    if (index <= agent.length || cuts.length === most) break;
    // The colon after a part can be the one before the next; only one of the two is cut off.
    if (index + part.length >= end) continue;
    cuts.push(index);
    end = index;
  }
  return cuts;
}

const AGENT = /^agent:[^:]+:(?=[^:])/i;
const PART = /:(?:subagent|thread|run)(?=:)/gi;

/** What a session is a part as; null if its key does not say that it is one. A sub-agent's need not name its caller. */
export function partKindOf(id: string): PartKind | null {
  const key = parseSessionKey(id);
  if (!key) return null;
  if (key.parent === null) return key.channel === 'subagent' ? 'sub-agent' : null;
  const rest = id.slice(key.parent.length).toLowerCase();
  return Object.entries(PARTS).find(([part]) => rest.startsWith(part))?.[1] ?? null;
}
