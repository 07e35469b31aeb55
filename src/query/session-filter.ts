import { nameMatcher } from './name-pattern.ts';
import { parseSessionKey } from './session-key.ts';

/** Only these sessions, in any case. */
export interface SessionFilter {
  /** The id; `*` stands for any characters. */
  session?: string | undefined;
  /** Of the session's key. */
  agent?: string | undefined;
  channel?: string | undefined;
}

/** Whether a session is meant; undefined if all are. */
export function sessionFilter({
  session,
  agent,
  channel,
}: SessionFilter): ((id: string) => boolean) | undefined {
  const isId = session === undefined ? undefined : nameMatcher(session, true);
  const [inAgent, inChannel] = [agent?.toLowerCase(), channel?.toLowerCase()];
  const isOfKey = agent !== undefined || channel !== undefined;
  if (!isId && !isOfKey) return undefined;
  return (id) => {
    if (isId && !isId(id)) return false;
    if (!isOfKey) return true;
    const key = parseSessionKey(id);
    return (
      (inAgent === undefined || key?.agent === inAgent) &&
      (inChannel === undefined || key?.channel === inChannel)
    );
  };
}
