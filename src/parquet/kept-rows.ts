import type { Files } from '../platform/files.ts';
import type { ParquetColumn, ParquetValue } from './columns.ts';
import type { Summed } from './day-sums.ts';
import { rowsOf } from './read-parquet.ts';
import type { ExportSources } from '../rows/sources.ts';

/** A row that stays as it was written. */
export interface KeptRow {
  row: ParquetValue[];
  gateway: string;
  summed: Summed;
}

/**
 * The rows of a file whose rounds its store has pruned since: what they used still counts, and only the file says what
 * each of them was.
 */
export async function* keptRows(
  files: Files,
  path: string,
  columns: readonly ParquetColumn[],
  sources: ExportSources,
): AsyncGenerator<KeptRow> {
  if (sources.all.every(({ snapshot }) => snapshot.removed().size === 0)) return;
  const places = new Map(columns.map(({ name }, i) => [name, i]));
  for await (const row of rowsOf(files, path, columns)) {
    const get = (name: string): ParquetValue => row[places.get(name) ?? -1] ?? null;
    const source = sources.of(String(get('store')));
    if (!source) continue;
    const pruned = source.snapshot.sessions.get(String(get('session')))?.pruned_rounds ?? 0;
    // A sum has log 0.
    if (get('log') !== 0n && Number(get('round')) > pruned) continue;
    const { gateway } = source.now;
    row[places.get('gateway') ?? -1] = gateway;
    yield { row, gateway, summed: summedOf(get) };
  }
}

function summedOf(get: (name: string) => ParquetValue): Summed {
  const count = (name: string): number => Number(get(name));
  const amount = (name: string): bigint => BigInt(get(name) ?? 0n);
  const state = get('price_state');
  return {
    rounds: count('rounds'),
    input: count('input_tokens'),
    output: count('output_tokens'),
    reasoning: count('reasoning_tokens'),
    cached: count('cached_tokens'),
    cacheWrite: count('cache_write_tokens'),
    price: state === 'unpriced' ? 'unpriced' : 'free',
    cost: amount('cost'),
    saved: amount('saved'),
    currency: String(get('currency')),
    inexact: String(get('bounds')),
  };
}
