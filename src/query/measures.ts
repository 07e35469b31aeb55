import type { Counts } from '../model/counts.ts';
import { measures } from '../texts/en.ts';

/** A count as reports show it. */
interface Measure {
  name: keyof Counts;
  /** Its key in JSON and CSV. */
  field: string;
}

/** In their order in JSON and CSV. */
export const MEASURES = [
  { name: 'rounds', field: 'rounds' },
  { name: 'input', field: 'input_tokens' },
  { name: 'output', field: 'output_tokens' },
  { name: 'reasoning', field: 'reasoning_tokens' },
  { name: 'cached', field: 'cached_tokens' },
  { name: 'cacheWrite', field: 'cache_write_tokens' },
] as const satisfies readonly Measure[];

type Field = (typeof MEASURES)[number]['field'];

/** Those of tokens. */
export const TOKEN_MEASURES = MEASURES.filter(({ name }) => name !== 'rounds');

/** A column of the tables of statistics, in terminals, in Markdown and on the site. */
interface MeasureColumn {
  name: keyof typeof measures;
  head: string;
  /** In a terminal that lacks room, columns of a low rank go first. */
  rank: number;
  /** Only in terminals at least this wide. */
  from?: number;
  /** Markdown tables leave it out. */
  isDetail?: true;
}

export const MEASURE_COLUMNS: readonly MeasureColumn[] = [
  { name: 'sessions', head: measures.sessions, rank: 5 },
  { name: 'rounds', head: measures.rounds, rank: 1, from: 110 },
  { name: 'input', head: measures.input, rank: 7 },
  { name: 'cached', head: measures.cached, rank: 3, from: 110 },
  { name: 'output', head: measures.output, rank: 6 },
  { name: 'reasoning', head: measures.reasoning, rank: 2, from: 110, isDetail: true },
];

export type CountsJson = Record<Field, number>;

export function countsJson(counts: Counts): CountsJson {
  return Object.fromEntries(MEASURES.map(({ name, field }) => [field, counts[name]])) as CountsJson;
}

/** As session files name them. */
export type TokenTotalsJson = Record<`total_${Exclude<Field, 'rounds'>}`, number>;

export function tokenTotalsJson(counts: Counts): TokenTotalsJson {
  const totals = TOKEN_MEASURES.map(({ name, field }) => [`total_${field}`, counts[name]]);
  return Object.fromEntries(totals) as TokenTotalsJson;
}
