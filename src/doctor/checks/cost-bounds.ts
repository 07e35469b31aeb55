import type { Check, Found } from '../check.ts';

/** Below this share of the rounds that have a cost, a bound is an exception, not a setting of the gateway. */
const SETTING = 0.1;

interface BoundedCosts {
  /** A BoundReason, or one of a newer version. */
  reason: string;
  rounds: number;
  /** What they cost as counted, by currency, in 10⁻¹⁸ of it. */
  costs: ReadonlyMap<string, bigint>;
  /** Those with the most rounds first. */
  models: readonly string[];
}

/** Costs of the store that may be wrong, by reason. */
export const costBoundsCheck: Check<Found<'cost-bound', BoundedCosts>> = {
  kinds: { 'cost-bound': { area: 'prices', severity: 'warning' } },
  find({ store, sample }) {
    if (!store) return [];
    const { bounded, countedRounds, dir } = store;
    // The findings about the log's lines name these, with the setting that fixes them.
    const { noUsage, cacheUnknown } = sample.tally;
    const isKnown = (reason: string): boolean =>
      (noUsage > 0 && reason === 'usage-unlogged') || (cacheUnknown > 0 && reason === 'cache-unknown');
    return [...bounded]
      .filter(([reason]) => !isKnown(reason))
      .toSorted(([, a], [, b]) => b.rounds - a.rounds)
      .map(([reason, { rounds, costs, models }]) => ({
        code: 'cost-bound',
        where: dir,
        severity: rounds >= countedRounds * SETTING ? undefined : 'note',
        facts: {
          reason,
          rounds,
          costs,
          models: [...models].toSorted(([, a], [, b]) => b - a).map(([name]) => name),
        },
      }));
  },
};
