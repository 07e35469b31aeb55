import type { IndexCoverage, StoreMoment } from '../../model/index-coverage.ts';

/** What a store covers, and where its log ids are among those of all stores. */
export interface CoveredLogs {
  coverage: IndexCoverage;
  /** Added to its log ids. */
  firstLog: number;
  /** Its ids are below this one. */
  nextLog: number;
}

/** A moment; null: no round is before it; `all`: every round is. */
type Moment = StoreMoment | null | 'all';

/** The coverage of several stores, for rounds whose log ids are those among all stores. */
export function joinCoverage(stores: readonly CoveredLogs[]): IndexCoverage {
  const names = new Set(stores.flatMap(({ coverage }) => coverage.dimensions.map(({ name }) => name)));
  return {
    kept_from: joinMoments(stores, ({ kept_from }) => kept_from),
    counted_from: joinMoments(stores, ({ counted_from }) => counted_from),
    dimensions: Array.from(names, (name) => ({
      name,
      from: joinMoments(stores, (one) => fromOf(one, name)),
    })),
  };
}

/** A store that does not count by a dimension has recorded it of no round. */
function fromOf({ dimensions }: IndexCoverage, name: string): Moment {
  const dimension = dimensions.find((one) => one.name === name);
  return dimension ? dimension.from : 'all';
}

function joinMoments(
  stores: readonly CoveredLogs[],
  momentOf: (coverage: IndexCoverage) => Moment,
): StoreMoment | null {
  const moments = stores.map(({ coverage }) => momentOf(coverage));
  if (moments.every((moment) => moment === null)) return null;
  const logs: StoreMoment['logs'] = [];
  let end = 0;
  for (const [i, { firstLog, nextLog }] of stores.entries()) {
    const moment = moments[i] ?? null;
    end = firstLog + nextLog;
    if (moment === 'all') continue;
    // A log at offset 0 had not been read by then.
    const later = moment?.next_log ?? 0;
    for (let id = later; id < nextLog; id++) logs.push([firstLog + id, 0]);
    for (const [id, offset] of moment?.logs ?? []) logs.push([firstLog + id, offset]);
  }
  return { next_log: end, logs };
}
