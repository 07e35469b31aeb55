/** What some rounds cost. */
export interface KnownCost {
  /** By currency, in 10⁻¹⁸ of it; a currency in which nothing was charged may be left out. */
  costs: Map<string, bigint>;
  /** Rounds of unknown cost, which `costs` does not include. */
  unpricedRounds: number;
}

/** Rounds of a model in a month whose cost another price book changes. */
export interface CostChange {
  /** `2026-02` */
  month: string;
  model: string;
  rounds: number;
  before: KnownCost;
  after: KnownCost;
}

/** What a store's rounds come to at one time. */
export interface PricedSum extends KnownCost {
  /** Rounds whose cost is known, which may be zero. */
  settledRounds: number;
}

/** What a refresh of the prices did, or would do where it is a dry run. */
export interface RefreshResult {
  /** Models whose prices were looked up again. */
  models: number;
  rounds: number;
  /** Sessions in which a round has another price now. */
  changedSessions: number;
  /** Rounds whose cost is another one now, by month and model. */
  changes: CostChange[];
  /** Those of them that had a cost before. */
  repricedRounds: number;
  /** Rounds with another price and the same cost: the source is new, or a rate that they do not use. */
  sameCostRounds: number;
  isDryRun: boolean;
  before: PricedSum;
  after: PricedSum;
}
