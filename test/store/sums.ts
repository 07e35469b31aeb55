import { roundMoney } from '../../src/query/round-money.ts';
import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import { cellsOf } from '../../src/store/index/index.ts';
import { readRoundLines, type Snapshot } from '../../src/store/read.ts';

export interface Sums {
  rounds: number;
  input: number;
  output: number;
  cost: bigint;
}

/** What the index says. */
export function totals({ sessions }: Snapshot): Sums {
  const sums = { rounds: 0, input: 0, output: 0, cost: 0n };
  for (const { rounds, input, output, cost } of cellsOf(sessions)) {
    sums.rounds += rounds;
    sums.input += input;
    sums.output += output;
    sums.cost += cost;
  }
  return sums;
}

/** What the rounds themselves say, at the prices of the book. */
export function sumsOfRounds({ dir, sessions, priceLines }: Snapshot): Sums {
  const moneyOf = roundMoney(priceLines, dir);
  const sums = { rounds: 0, input: 0, output: 0, cost: 0n };
  for (const entry of sessions.values()) {
    for (const { stored } of expandRounds(readRoundLines(dir, entry))) {
      sums.rounds++;
      sums.input += stored.input_tokens;
      sums.output += stored.output_tokens;
      sums.cost += moneyOf({ stored }).cost ?? 0n;
    }
  }
  return sums;
}
