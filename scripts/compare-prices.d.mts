import type { ratesFor, serviceTierOf } from '../src/pricing/charges.ts';
import type { resolvePrice } from '../src/pricing/resolve.ts';
import type { pricesAt } from '../src/pricing/schedule.ts';
import type { priceFilesWith } from '../src/pricing/shipped.ts';

export interface Figure {
  model: string;
  rate: string;
  value: string;
  currency: string;
  at: string;
  /** Input tokens of the round, for tiers by length. */
  input: number;
  /** Service tier; empty for the default. */
  tier: string;
  list: string;
  line: number;
}

export interface Decision {
  models: string[];
  rates: string[];
  lists: string[];
  line: number;
}

export interface Pricing {
  pricesAt: typeof pricesAt;
  priceFilesWith: typeof priceFilesWith;
  ratesFor: typeof ratesFor;
  resolvePrice: typeof resolvePrice;
  serviceTierOf: typeof serviceTierOf;
}

export function readFigures(text: string): {
  lists: Map<string, { url: string; date: string }>;
  figures: Figure[];
};
export function readDecisions(text: string): Decision[];
export function decides(
  decision: Decision,
  figure: Pick<Figure, 'model' | 'rate' | 'tier' | 'list'>,
): boolean;
export function differences(
  figures: readonly Figure[],
  pricing: Pricing,
): Promise<(Figure & { ours: number | string })[]>;
export function compare(what: {
  figuresText: string;
  decisionsText: string;
  pricing: Pricing;
  print: (line: string) => void;
}): Promise<boolean>;
