import { emptyRow, type Row } from '../../query/aggregate.ts';
import type { Amount } from '../../query/costs.ts';
import { NO_FAILURES, type Failures } from '../../query/failures.ts';

type AmountFields = [rounds: number, cost: string, saved: string];

/** A row of sums as JSON: what most rows do not have comes last, and is left out. */
export type RowFields = [
  sessions: number,
  rounds: number,
  input: number,
  output: number,
  reasoning: number,
  cached: number,
  cacheWrite: number,
  cost: string,
  saved: string,
  settledRounds: number,
  unpricedRounds: number,
  unpricedTokens: number,
  models: [string, number][],
  rest?: {
    unpricedModels?: [string, number][];
    failures?: Failures;
    others?: [string, AmountFields][];
    bounds?: [reasons: string, rounds: number, costs: [string, string][]][];
    converted?: [to: string, amounts: [string, AmountFields][]];
  },
];

export function toFields(row: Row): RowFields {
  const { others, bounds, converted, failures, unpricedModels } = row;
  const rest: RowFields[13] = {
    ...(unpricedModels.size > 0 && { unpricedModels: [...unpricedModels] }),
    ...(failures !== NO_FAILURES && { failures }),
    ...(others.size > 0 && { others: amountFields(others) }),
    ...(bounds.size > 0 && {
      bounds: Array.from(bounds, ([reasons, { rounds, costs }]) => [
        reasons,
        rounds,
        Array.from(costs, ([currency, cost]): [string, string] => [currency, String(cost)]),
      ]),
    }),
    ...(converted && { converted: [converted.to, amountFields(converted.amounts)] }),
  };
  return [
    row.sessions,
    row.rounds,
    row.input,
    row.output,
    row.reasoning,
    row.cached,
    row.cacheWrite,
    String(row.cost),
    String(row.saved),
    row.settledRounds,
    row.unpricedRounds,
    row.unpricedTokens,
    [...row.models],
    ...(Object.keys(rest).length > 0 ? ([rest] as const) : ([] as const)),
  ];
}

export function fromFields(fields: RowFields): Row {
  const row = emptyRow();
  const [sessions, rounds, input, output, reasoning, cached, cacheWrite, cost, saved, ...others] = fields;
  const [settledRounds, unpricedRounds, unpricedTokens, models, rest = {}] = others;
  Object.assign(row, { sessions, rounds, input, output, reasoning, cached, cacheWrite });
  Object.assign(row, { settledRounds, unpricedRounds, unpricedTokens });
  row.cost = BigInt(cost);
  row.saved = BigInt(saved);
  row.models = new Map(models);
  if (rest.unpricedModels) row.unpricedModels = new Map(rest.unpricedModels);
  if (rest.failures) row.failures = rest.failures;
  if (rest.others) row.others = amounts(rest.others);
  if (rest.bounds) {
    row.bounds = new Map(
      rest.bounds.map(([reasons, bounded, costs]) => [
        reasons,
        { rounds: bounded, costs: new Map(costs.map(([currency, amount]) => [currency, BigInt(amount)])) },
      ]),
    );
  }
  if (rest.converted) row.converted = { to: rest.converted[0], amounts: amounts(rest.converted[1]) };
  return row;
}

function amountFields(all: ReadonlyMap<string, Amount>): [string, AmountFields][] {
  return Array.from(all, ([currency, { rounds, cost, saved }]) => [
    currency,
    [rounds, String(cost), String(saved)],
  ]);
}

function amounts(fields: readonly [string, AmountFields][]): Map<string, Amount> {
  return new Map(
    fields.map(([currency, [rounds, cost, saved]]) => [
      currency,
      { rounds, cost: BigInt(cost), saved: BigInt(saved) },
    ]),
  );
}
