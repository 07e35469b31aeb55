import { nearestNames } from '../platform/nearest.ts';
import { NOT_RECORDED } from '../query/group-keys.ts';
import { nameMatcher } from '../query/name-pattern.ts';
import { sessionFilter } from '../query/session-filter.ts';
import { parseSessionKey } from '../query/session-key.ts';
import { tagReader } from '../query/tags.ts';
import { conditionsOf, usageFilter, type Condition, type UsageFilter } from '../query/usage-filter.ts';
import { cellsOf, type StoredSessions } from '../store/index/index.ts';
import type { SessionHead } from '../model/session-entry.ts';
import { BUCKET_MS, type UsageCell } from '../model/usage-cell.ts';

/** A name that no round in the store has, and the names most similar to it. */
export interface UnknownName {
  /** `model`, `agent`, or the name of a dimension. */
  kind: string;
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
  filter: UsageFilter,
): NamesFound {
  const byUsage = conditionsOf(filter).length === 0 ? undefined : fromUsage(sessions, filter);
  const byKey = sessionFilter(filter) ? fromHeads(sessions, filter) : undefined;
  const found = [byUsage, byKey].filter((one) => one !== undefined);
  return {
    unknown: found.flatMap(({ unknown }) => unknown),
    // For both kinds together, each session would have to be read.
    lastAt: found.length === 1 ? (found[0]?.lastAt ?? null) : null,
  };
}

function fromUsage(
  sessions: Pick<StoredSessions, 'sharedCells' | 'usages'>,
  filter: UsageFilter,
): NamesFound {
  const isMeant = usageFilter(filter);
  const wanted = conditionsOf(filter)
    .filter(({ isNot }) => !isNot)
    .map((condition) => ({ condition, names: new Set<string>(), nameOf: nameOf(condition) }));
  let last = -Infinity;
  for (const cell of cellsOf(sessions, 'failures')) {
    for (const { names, nameOf } of wanted) names.add(nameOf(cell));
    if (cell.bucket > last && isMeant(cell)) last = cell.bucket;
  }
  return {
    unknown: wanted.flatMap(({ condition: { of, pattern, isLiteral }, names }) => {
      names.delete(NOT_RECORDED);
      return unknownOf(typeof of === 'string' ? of : of.tag, pattern, names, !isLiteral);
    }),
    lastAt: Number.isFinite(last) ? last * BUCKET_MS : null,
  };
}

function nameOf({ of }: Condition): (cell: UsageCell) => string {
  return typeof of === 'string' ? (cell) => cell[of] : tagReader(of);
}

function fromHeads(sessions: Pick<StoredSessions, 'heads'>, filter: UsageFilter): NamesFound {
  const isMeant = sessionFilter(filter);
  const wanted = HEAD_NAMES.flatMap(([kind, of]) => {
    const name = filter[kind];
    return name === undefined ? [] : [{ kind, name, of, names: new Set<string>() }];
  });
  let last = -Infinity;
  for (const head of sessions.heads()) {
    for (const { of, names } of wanted) {
      const name = of(head);
      if (name) names.add(name);
    }
    if (isMeant?.(head.id)) last = Math.max(last, head.updated);
  }
  return {
    unknown: wanted.flatMap(({ kind, name, names }) => unknownOf(kind, name, names, kind === 'session')),
    lastAt: Number.isFinite(last) ? last : null,
  };
}

const HEAD_NAMES: readonly (readonly [
  kind: 'agent' | 'channel' | 'session',
  of: (head: SessionHead) => string | null | undefined,
])[] = [
  ['agent', ({ id }) => parseSessionKey(id)?.agent],
  ['channel', ({ id }) => parseSessionKey(id)?.channel],
  ['session', ({ id }) => id],
];

function unknownOf(
  kind: string,
  pattern: string,
  names: ReadonlySet<string>,
  isGlob: boolean,
): UnknownName[] {
  const isMatch = nameMatcher(pattern, isGlob);
  for (const known of names) if (isMatch(known)) return [];
  return [{ kind, name: pattern, nearest: nearestNames(names, pattern) }];
}
