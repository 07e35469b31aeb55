import { knownCostText, lostText } from '../query/cost-text.ts';
import { exact, plural } from '../platform/count-text.ts';
import { counted } from '../query/counted.ts';
import * as en from '../texts/en.ts';
import { isCostKnown, namesByUse, type Totals } from '../query/aggregate.ts';
import { cleanLine } from '../platform/clean-text.ts';
import { clip } from './terminal.ts';

export { boundLines, knownCostText, lostText } from '../query/cost-text.ts';

const UNITS: [number, string][] = [
  [1e15, 'P'],
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
];

/** A note on rounds that a repair could not bring back: every sum lacks them. Empty if there are none. */
export function lostNote(rounds: number, texts = en.costs): string[] {
  return rounds === 0 ? [] : ['', texts.lostNote({ lost: lostText(rounds, texts) })];
}

/** About rounds that a filter could not decide: `3 rounds whose value for the filter is not known` */
export function undecidedText(rounds: number): string {
  return `${plural(rounds, 'round')} whose value for the filter is not known`;
}

/** `1.2M`: at most three digits, rounded down, so that no total looks larger than it is. */
export function compact(count: number): string {
  const unit = UNITS.find(([size]) => count >= size);
  if (unit === undefined) return String(count);
  const value = count / unit[0];
  const digits = value < 100 ? Math.floor(value * 10) / 10 : Math.floor(value);
  return `${digits}${unit[1]}`;
}

/**
 * `$1.2000`, `≥ $1.2000 + 3 unpriced`, `$1.2000 + ¥8.4000`, `unpriced`, `no usage`. Unpriced is never $0, and a cost that
 * may be wrong says in which direction.
 */
export function costText(sum: Totals, decimals: number, texts = en.costs): string {
  if (isCostKnown(sum)) return knownCostText(sum, decimals) + unpricedSuffix(sum, texts);
  return sum.unpricedRounds > 0 ? texts.unpriced : texts.noUsage;
}

/** ` + 3 unpriced`, or nothing. */
export function unpricedSuffix({ unpricedRounds }: Totals, texts = en.costs): string {
  return unpricedRounds > 0 ? texts.more({ rounds: exact(unpricedRounds) }) : '';
}

/** `40 unpriced rounds (qwen-max, 1.2M tokens)`; null if every cost is known. */
export function unpricedText(
  sum: Totals,
  texts = en.costs,
  nameOf = (name: string): string => name,
): string | null {
  if (sum.unpricedRounds === 0) return null;
  const names = namesByUse(sum.unpricedModels);
  const shown = names.slice(0, 2).map((name) => nameOf(clip(cleanLine(name), 40)));
  return texts.unpricedRounds({
    rounds: counted(sum.unpricedRounds),
    names: shown,
    others: Math.max(0, names.length - 2),
    tokens: { n: sum.unpricedTokens, text: compact(sum.unpricedTokens) },
  });
}
