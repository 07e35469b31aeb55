import { exactUsd } from '../../pricing/money.ts';
import { isUsdKnown, namesByUse, type Row } from '../../query/aggregate.ts';
import { KEY_FIELDS, type GroupKey } from '../../query/group-keys.ts';
import { MEASURES, TOKEN_MEASURES } from '../../query/measures.ts';
import type { Stats } from '../../query/grouping.ts';
import { costFields, groupObjects, objectJson } from './group-rows.ts';

export interface FinopsReport {
  /** Milliseconds since 1970 UTC. */
  generatedAt: number;
  /** The period, in milliseconds since 1970 UTC; not finite: open. */
  from: number;
  to: number;
  timeZone: string;
  byModel: Stats;
  byDate: Stats;
  /** By the keys that were asked for, if any. */
  groups: Stats | undefined;
}

/**
 * The FinOps report: summary, by model, by date. It has the keys of the first session monitor for Higress, and more; keys
 * are added, never renamed. Costs are exact decimals, null if none is known.
 */
export function* finopsJson(report: FinopsReport): Generator<string> {
  const { byModel, byDate, groups } = report;
  yield `{"version":1,"generated_at":${iso(report.generatedAt)},"period":${periodJson(report)},`;
  yield `\n"summary":${summaryJson(byModel.total)},\n"by_model":{`;
  yield* entries(byModel, false);
  yield '},\n"by_date":{';
  yield* entries(byDate, true);
  yield `},\n"group_by":${JSON.stringify((groups?.keys ?? []).map(fieldOf))},"groups":[`;
  let separator = '\n';
  for (const object of groups ? groupObjects(groups) : []) {
    yield separator + object;
    separator = ',\n';
  }
  yield `${separator === '\n' ? '' : '\n'}]}\n`;
}

function fieldOf(key: GroupKey): string {
  return typeof key === 'string' ? KEY_FIELDS[key] : key.tag;
}

function* entries({ rows }: Stats, withModels: boolean): Generator<string> {
  let separator = '\n';
  for (const { names, row } of rows) {
    yield `${separator}${JSON.stringify(names[0])}:${entryJson(row, withModels)}`;
    separator = ',\n';
  }
  if (separator !== '\n') yield '\n';
}

function entryJson(row: Row, withModels: boolean): string {
  return objectJson([
    ['session_count', String(row.sessions)],
    ['round_count', String(row.rounds)],
    ...TOKEN_MEASURES.map(
      ({ name, field }) => [`total_${field.replace(/_tokens$/, '')}`, String(row[name])] as const,
    ),
    ['total_cost', usd(row, row.cost)],
    ['total_saved', usd(row, row.saved)],
    ['unpriced_rounds', String(row.unpricedRounds)],
    ...costFields(row),
    ...(withModels ? [['models', JSON.stringify(namesByUse(row.models))] as const] : []),
  ]);
}

function summaryJson(total: Row): string {
  return objectJson([
    ['total_sessions', String(total.sessions)],
    ...MEASURES.map(({ name, field }) => [`total_${field}`, String(total[name])] as const),
    ['total_cost_usd', usd(total, total.cost)],
    ['total_saved_usd', usd(total, total.saved)],
    ['unpriced_rounds', String(total.unpricedRounds)],
    ['unpriced_tokens', String(total.unpricedTokens)],
    ['unpriced_models', JSON.stringify(namesByUse(total.unpricedModels))],
    ...costFields(total),
  ]);
}

function usd(row: Row, amount: bigint): string {
  return isUsdKnown(row) ? exactUsd(amount) : 'null';
}

function periodJson({ from, to, timeZone }: FinopsReport): string {
  return objectJson([
    ['from', iso(from)],
    ['to', iso(to)],
    ['timezone', JSON.stringify(timeZone)],
  ]);
}

function iso(ms: number): string {
  return JSON.stringify(Number.isFinite(ms) ? new Date(ms).toISOString() : null);
}
