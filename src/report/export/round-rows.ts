import { boundOf } from '../../pricing/bounds.ts';
import { exactUsd } from '../../pricing/money.ts';
import type { RoundMoney } from '../../pricing/round-money.ts';
import { DIMENSION_PREFIX, NOT_RECORDED } from '../../query/group-keys.ts';
import { shownCost } from '../../query/round-money.ts';
import { tagReader } from '../../query/tags.ts';
import { headJson, messagesJson, restJson, wordlessJson } from '../../query/round-json.ts';
import type { Snapshot } from '../../store/read.ts';
import { FieldKeeper } from '../../session-format/kept-fields.ts';
import { KEEP_ALL } from '../../session-format/kept-names.ts';
import { coverageOf } from '../../store/state.ts';
import { csvText, NOT_RECORDED_CELL, textCell, type Cell } from './csv.ts';
import { pricedRounds, roundsWithTexts, type PricedRound, type RoundQuery } from './rounds.ts';

/** A line of JSON for each round: `session_id`, then the keys of `show --json`, without any text. */
export function* roundsNdjson(snapshot: Snapshot, query: RoundQuery): Generator<string> {
  const dimensions = coverageOf(snapshot.state).dimensions.map(({ name }) => name);
  const codes = new FieldKeeper(KEEP_ALL, dimensions, false);
  for (const { session, stored, texts, money, gateway } of pricedRounds(snapshot, query)) {
    const rest = wordlessJson(stored, money, codes.ofStored(texts), gateway);
    yield `${startJson(session.id, headJson(stored))}${rest}\n`;
  }
}

/** The same with all texts, including the complete messages of each request. */
export function* roundsNdjsonWithTexts(snapshot: Snapshot, query: RoundQuery): Generator<string> {
  for (const { session, round, money } of roundsWithTexts(snapshot, query)) {
    yield `${startJson(session.id, headJson(round.stored))},"messages":`;
    yield* messagesJson(round);
    yield* restJson(round, money, snapshot.gatewayOf(round.stored));
    yield '\n';
  }
}

function startJson(id: string, head: string): string {
  return `{"session_id":${JSON.stringify(id)},${head.slice(1)}`;
}

type Column = readonly [name: string, cell: (round: PricedRound) => Cell];

const COLUMNS: readonly Column[] = [
  ['session_id', ({ session }) => textCell(session.id)],
  ['round', ({ stored }) => stored.round],
  ['timestamp', ({ stored }) => stored.timestamp],
  ['model', ({ stored }) => textCell(stored.model)],
  ['consumer', ({ stored }) => textCell(stored.consumer)],
  ['api', ({ stored }) => textCell(stored.api)],
  ['input_tokens', ({ stored }) => stored.input_tokens],
  ['output_tokens', ({ stored }) => stored.output_tokens],
  ['reasoning_tokens', ({ stored }) => stored.reasoning_tokens],
  ['cached_tokens', ({ stored }) => stored.cached_tokens],
  ['cache_write_tokens', ({ stored }) => stored.cache_write_tokens],
  ['cost_usd', ({ money }) => (isInUsd(money) ? amountCell(money.cost) : null)],
  ['saved_usd', ({ money }) => (isInUsd(money) && money.cost !== null ? amountCell(money.saved) : null)],
  ['price_state', ({ money }) => (typeof money.price === 'number' ? 'priced' : money.price)],
  ['flags', ({ stored }) => textCell(stored.flags?.join(' '))],
  ['has_tool_calls', ({ stored }) => String(stored.has_tool_calls)],
  ['response_type', ({ stored }) => textCell(stored.response_type)],
  ['response_code', ({ stored }) => stored.response_code ?? null],
  ['duration_ms', ({ stored }) => stored.duration_ms ?? null],
  ['first_token_ms', ({ stored }) => stored.first_token_ms ?? null],
  ['request_id', ({ stored }) => textCell(stored.request_id)],
  ['chat_id', ({ stored }) => textCell(stored.chat_id)],
  ['cost_bound', ({ money }) => boundOf(money.inexact)],
  ['bound_reasons', ({ money }) => textCell(money.inexact.join(' '))],
  ['currency', ({ money }) => (money.cost === null ? null : textCell(shownCost(money).currency))],
  ['cost', ({ money }) => amountCell(shownCost(money).cost)],
  ['service_tier', ({ stored }) => textCell(stored.service_tier)],
  ['gateway', ({ gateway }) => textCell(gateway)],
];

function isInUsd({ currency }: RoundMoney): boolean {
  return currency === 'USD';
}

function amountCell(amount: bigint | null): Cell {
  return amount === null ? null : { decimal: exactUsd(amount) };
}

/** One row for each round, without any text. Dimensions come last, with what the index counts the round by. */
export function roundsCsv(snapshot: Snapshot, query: RoundQuery): Generator<string> {
  const dimensions = coverageOf(snapshot.state).dimensions.map(({ name }) => dimensionColumn(name));
  const columns = [...COLUMNS, ...dimensions];
  return csvText(
    columns.map(([name]) => name),
    rows(),
  );

  function* rows(): Generator<Cell[]> {
    const withTags = dimensions.length > 0;
    for (const round of pricedRounds(snapshot, { ...query, withTags }))
      yield columns.map(([, cell]) => cell(round));
  }
}

function dimensionColumn(name: string): Column {
  const isTaken = COLUMNS.some(([column]) => column === name);
  const valueOf = tagReader({ tag: name, absent: NOT_RECORDED });
  return [
    textCell(isTaken ? DIMENSION_PREFIX + name : name) ?? '',
    (round) => {
      const value = valueOf(round);
      return textCell(value === NOT_RECORDED ? NOT_RECORDED_CELL : value);
    },
  ];
}
