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
