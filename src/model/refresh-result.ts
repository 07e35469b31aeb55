/** The cost of some rounds, as far as it is known. */
export interface KnownCost {
  /** By currency, in 10⁻¹⁸ of it. A currency in which nothing was charged may be absent. */
  costs: Map<string, bigint>;
  /** Rounds of unknown cost, which `costs` does not include. */
  unpricedRounds: number;
}

/** The rounds of one model in one month whose cost the refresh changes. */
export interface CostChange {
  /** For example `2026-02`. */
  month: string;
  model: string;
  rounds: number;
  before: KnownCost;
  after: KnownCost;
}

/** The cost of all rounds of a store. */
export interface PricedSum extends KnownCost {
  /** Rounds whose cost is known, even if it is zero. */
  settledRounds: number;
}

/** What a refresh of the prices did; in a dry run, what it would do. */
export interface RefreshResult {
  /** Models whose prices were looked up again. */
  models: number;
  rounds: number;
  /** Sessions with a round whose price entry changed. */
  changedSessions: number;
  /** Rounds whose cost changed, by month and model. */
  changes: CostChange[];
  /** Rounds in `changes` that had a cost before. */
  repricedRounds: number;
  /** Rounds whose price entry changed but not their cost: it has a new source, or a new rate that they do not use. */
  sameCostRounds: number;
  isDryRun: boolean;
  before: PricedSum;
  after: PricedSum;
}
