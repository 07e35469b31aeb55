import { nearestNames } from '../platform/nearest.ts';
import { parseSessionKey } from '../query/session-key.ts';
import { cellsOf, type StoredSessions } from '../store/index/index.ts';
import { BUCKET_MS } from '../model/usage-cell.ts';
import { usageFilter } from '../query/grouping.ts';

/** Names that a report is limited to, in upper or lower case. */
export interface NameFilter {
  model?: string | undefined;
  consumer?: string | undefined;
  agent?: string | undefined;
  channel?: string | undefined;
}

/** A name that no round in the store has, and the names most similar to it. */
export interface UnknownName {
  kind: keyof NameFilter;
  name: string;
  nearest: string[];
}

/** Why a report that is limited to names is empty. */
export interface NamesFound {
  unknown: UnknownName[];
  /** When a round last had all the names, in milliseconds since 1970 UTC (to 15 minutes); null: never. */
  lastAt: number | null;
}

/**
 * Looks for the names of a filter in the whole store. Only for a report that found nothing, as it goes through the index
 * again.
 */
export function findNames(
  sessions: Pick<StoredSessions, 'sharedCells' | 'usages' | 'heads'>,
  filter: NameFilter,
): NamesFound {
  const { model, consumer, agent, channel } = filter;
  const byUsage = model === undefined && consumer === undefined ? undefined : fromUsage(sessions, filter);
  const byKey = agent === undefined && channel === undefined ? undefined : fromKeys(sessions, filter);
  const found = [byUsage, byKey].filter((one) => one !== undefined);
  return {
    unknown: found.flatMap(({ unknown }) => unknown),
    // For both kinds together, each session would have to be read.
    lastAt: found.length === 1 ? (found[0]?.lastAt ?? null) : null,
  };
}

function fromUsage(
  sessions: Pick<StoredSessions, 'sharedCells' | 'usages'>,
  { model, consumer }: NameFilter,
): NamesFound {
  const isMeant = usageFilter({
    ...(model !== undefined && { model }),
    ...(consumer !== undefined && { consumer }),
  });
  const models = new Set<string>();
  const consumers = new Set<string>();
  let last = -Infinity;
  for (const cell of cellsOf(sessions)) {
    models.add(cell.model);
    consumers.add(cell.consumer);
    if (cell.bucket > last && isMeant(cell)) last = cell.bucket;
  }
  return {
    unknown: [...unknownOf('model', model, models), ...unknownOf('consumer', consumer, consumers)],
    lastAt: Number.isFinite(last) ? last * BUCKET_MS : null,
  };
}

function fromKeys(sessions: Pick<StoredSessions, 'heads'>, { agent, channel }: NameFilter): NamesFound {
  const agents = new Set<string>();
  const channels = new Set<string>();
  let last = -Infinity;
  for (const { id, updated } of sessions.heads()) {
    const key = parseSessionKey(id);
    if (!key) continue;
    if (key.agent !== null) agents.add(key.agent);
    channels.add(key.channel);
    const isMeant =
      (agent === undefined || key.agent === agent.toLowerCase()) &&
      (channel === undefined || key.channel === channel.toLowerCase());
    if (isMeant) last = Math.max(last, updated);
  }
  return {
    unknown: [...unknownOf('agent', agent, agents), ...unknownOf('channel', channel, channels)],
    lastAt: Number.isFinite(last) ? last : null,
  };
}

function unknownOf(
  kind: keyof NameFilter,
  name: string | undefined,
  names: ReadonlySet<string>,
): UnknownName[] {
  if (name === undefined) return [];
  const lower = name.toLowerCase();
  for (const known of names) if (known.toLowerCase() === lower) return [];
  return [{ kind, name, nearest: nearestNames(names, name) }];
}
