import {
  isBefore,
  isIndexCoverage,
  isStoreMoment,
  momentOf,
  type IndexCoverage,
  type StoreMoment,
} from '../model/index-coverage.ts';
import type { LinePosition } from '../model/log-position.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';
import { nodeFiles } from '../platform/files.ts';
import { prunedSince } from './pruned-file.ts';
import type { Snapshot } from './read.ts';
import { coverageOf, type State } from './state.ts';
import { gatewayOf, type Store } from './store.ts';

/**
 * How far a copy of a store's rounds in another place has come: a commit, and what it takes to see from a later commit
 * whether rounds were only added since. Its size does not depend on the number of rounds.
 */
export interface Mark {
  /** The store's id and gateway. */
  store: string;
  gateway: string;
  commit: number;
  /** The rounds that are before it have been copied. */
  moment: StoreMoment;
  /** The index's tail as of the commit. */
  tail: { generation: number; length: number; crc: number };
  /** What rounds counted as. */
  prices: number;
  rewritten: number;
  coverage: IndexCoverage;
  /** The length of the sums of pruned rounds. */
  pruned: number;
  /** When it was made, in milliseconds since 1970 UTC. */
  at: number;
}

export function markOf({ state, sessions, gateways }: Snapshot, now: number): Mark {
  const { generation, length } = state.index;
  return {
    store: state.store,
    gateway: gateways[0] ?? '',
    commit: state.commit,
    moment: momentOf(state),
    tail: { generation, length, crc: sessions.tailCrc },
    prices: state.prices.generation,
    rewritten: state.rewritten ?? 0,
    coverage: coverageOf(state),
    pruned: state.pruned?.length ?? 0,
    at: now,
  };
}

/** Whether nothing has changed since, judging by the store's two small files. */
export function isAtMark(mark: Mark, store: Store, state: State): boolean {
  return (
    mark.store === store.id &&
    mark.gateway === gatewayOf(store) &&
    mark.commit === state.commit &&
    mark.tail.generation === state.index.generation &&
    mark.tail.length === state.index.length &&
    mark.prices === state.prices.generation &&
    mark.rewritten === (state.rewritten ?? 0)
  );
}

/** Why a copy cannot go on from its mark: it has rounds that the store has changed, or no longer has. */
export type StartReason =
  'first' | 'other-store' | 'restored' | 'gateway' | 'refreshed' | 'rewritten' | 'recounted' | 'pruned';

/** Why all rounds have to be copied again; undefined if only what was added since is missing. */
export function startReason(mark: Mark | undefined, snapshot: Snapshot): StartReason | undefined {
  const { state, gateways } = snapshot;
  const unknown = unknownReason(mark, snapshot);
  if (unknown || !mark) return unknown;
  if (mark.gateway !== (gateways[0] ?? '')) return 'gateway';
  if (mark.prices !== state.prices.generation) return 'refreshed';
  if (mark.rewritten !== (state.rewritten ?? 0)) return 'rewritten';
  if (!isSameBefore(mark, coverageOf(state))) return 'recounted';
  return wasPrunedUncopied(mark, snapshot) ? 'pruned' : undefined;
}

/**
 * The same for a copy that cannot change what it has: it goes on from its mark, whatever earlier rounds count as now, unless
 * the mark says nothing about the store's rounds.
 */
export function unknownReason(
  mark: Mark | undefined,
  snapshot: Snapshot,
): 'first' | 'other-store' | 'restored' | undefined {
  if (!mark) return 'first';
  const { state } = snapshot;
  if (mark.store !== state.store) return 'other-store';
  return mark.commit > state.commit || isOtherTail(mark, snapshot) ? 'restored' : undefined;
}

/** A store that was restored from a backup can have gone on differently. */
function isOtherTail({ tail, commit }: Mark, { state, sessions }: Snapshot): boolean {
  if (tail.generation > state.index.generation) return true;
  if (tail.generation < state.index.generation) return commit === state.commit;
  return tail.length > state.index.length || sessions.changedSince([tail]) === undefined;
}

/** Whether rounds before the mark are counted as they were. A dimension that is counted only from later on is no change. */
function isSameBefore({ coverage, moment }: Mark, now: IndexCoverage): boolean {
  const before = new Map(coverage.dimensions.map(({ name, from }) => [name, textOf(from)]));
  return (
    textOf(coverage.kept_from) === textOf(now.kept_from) &&
    textOf(coverage.counted_from) === textOf(now.counted_from) &&
    coverage.dimensions.every(({ name }) => now.dimensions.some((one) => one.name === name)) &&
    now.dimensions.every(({ name, from }) => {
      const known = before.get(name);
      return known === undefined ? isLater(from, moment) : known === textOf(from);
    })
  );
}

/** Whether everything before `moment` is before `later` too. */
function isLater(later: StoreMoment | null, moment: StoreMoment): boolean {
  if (later === null) return false;
  const isPassed = isBefore(later);
  const opened = moment.logs.every(([id, offset]) => offset === 0 || isPassed([id, offset - 1]));
  return opened && later.next_log >= moment.next_log;
}

function textOf(moment: StoreMoment | null): string {
  return JSON.stringify(moment);
}

/** Whether rounds may have been pruned since the mark that had not been copied before. */
export function wasPrunedUncopied({ pruned, moment }: Mark, { dir, state }: Snapshot): boolean {
  const parts = prunedSince(nodeFiles, dir, state, pruned);
  const isCopied = isBefore(moment);
  return parts === undefined || !parts.every(({ places }) => places?.every(isCopied) ?? false);
}

/** For many questions: whether a round was copied before the mark. */
export function wasBefore(mark: Mark | undefined): (at: LinePosition) => boolean {
  return isBefore(mark?.moment ?? null);
}

/** Checks a parsed JSON value: a store's files may be hostile. */
export function isMark(value: unknown): value is Mark {
  if (!isRecord(value)) return false;
  const { store, gateway, commit, moment, tail, prices, rewritten, coverage, pruned, at } = value;
  return (
    typeof store === 'string' &&
    typeof gateway === 'string' &&
    [commit, prices, rewritten, pruned, at].every(isCount) &&
    isStoreMoment(moment) &&
    isRecord(tail) &&
    [tail['generation'], tail['length'], tail['crc']].every(isCount) &&
    isIndexCoverage(coverage)
  );
}
