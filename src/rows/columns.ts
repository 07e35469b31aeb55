import { exactDecimal } from '../pricing/money.ts';
import type { Row } from './row.ts';

/**
 * What a column holds; each engine has a type for it.
 *
 * - `text`, and `name`: a text with few values.
 * - `count`: a whole number below 2⁵³. `number`: one below 2³². `number?`: null if the log does not say.
 * - `time`: milliseconds since 1970 UTC, as a point in time of the engine. `milliseconds`: the same as a number.
 * - `money`: a decimal text of at most 18 decimals. `money?`: null if unknown, which is not zero.
 * - `ids`, `counts`: lists of numbers.
 */
export type ColumnKind =
  | 'text'
  | 'name'
  | 'count'
  | 'number'
  | 'number?'
  | 'time'
  | 'milliseconds'
  | 'money'
  | 'money?'
  | 'ids'
  | 'counts';

export type RowValue = string | number | null | readonly number[];

export interface Column {
  name: string;
  kind: ColumnKind;
  /** For docs/clickhouse.md. */
  meaning: string;
  /** `push`: the number of the push that sent the row. */
  value: (row: Row, push: number) => RowValue;
  /** Sent only if texts are asked for. */
  isContent?: true;
}

/**
 * What an engine has of each round. The columns of the key never change, whatever happens to the store: a round that is
 * sent again replaces itself. A new column goes to the end of its list, and into docs/clickhouse.md.
 */
export const COLUMNS: readonly Column[] = [
  column('store', 'name', "The store's id.", ({ store }) => store),
  column('log', 'number', 'The log that has the round: its number in the store.', ({ log }) => log),
  column('place', 'count', "Where the round's line begins in the log, in bytes.", ({ place }) => place),
  column('time', 'time', 'When the request began, in UTC.', ({ time }) => time),
  column(
    'time_ms',
    'milliseconds',
    'The same in milliseconds since 1970 UTC: exact in every engine.',
    ({ time }) => time,
  ),
  column(
    'version',
    'count',
    'The push that sent the row. Of rows with one key, the highest counts.',
    (_, n) => n,
  ),
  column('gateway', 'name', "The gateway's name.", ({ gateway }) => gateway),
  column('session', 'text', "The session's id.", ({ session }) => session),
  column('round', 'number', 'The number of the round in its session.', ({ round }) => round),
  column(
    'identity',
    'text',
    'Which request it is, for rounds that several stores have.',
    (row) => row.identity,
  ),
  column('occurrence', 'number', 'Which of the rounds with this identity it is.', (row) => row.occurrence),
  column(
    'rounds',
    'number',
    'How many rounds: 1; more in a sum of pruned rounds; 0 if the row is withdrawn.',
    ({ cell }) => cell.rounds,
  ),
  column('model', 'name', 'As the log names it; `unknown` if it names none.', ({ cell }) => cell.model),
  column('consumer', 'name', 'Empty if the log names none.', ({ cell }) => cell.consumer),
  column('api', 'name', 'Empty if the log names none.', ({ cell }) => cell.api),
  column(
    'tags',
    'name',
    'Values of the dimensions, and the service tier: JSON, or empty.',
    ({ cell }) => cell.tags,
  ),
  column('price_state', 'name', '`priced`, `free`, `gateway-cache`, `no-usage` or `unpriced`.', ({ cell }) =>
    typeof cell.price === 'number' ? 'priced' : cell.price,
  ),
  column('price', 'number', "The entry of the store's price book; 0 if there is none.", ({ cell }) =>
    typeof cell.price === 'number' ? cell.price : 0,
  ),
  column('currency', 'name', 'Of `cost` and `saved`: an ISO 4217 code.', ({ cell }) => cell.currency),
  column('cost', 'money?', 'Exact; null if it is unknown, which is not zero.', ({ cell }) =>
    cell.price === 'unpriced' || cell.price === 'no-usage' ? null : amount(cell.cost),
  ),
  column('saved', 'money', 'How much more its cached tokens would have cost.', ({ cell }) =>
    amount(cell.saved),
  ),
  column(
    'bounds',
    'name',
    'Why the cost may be wrong: reasons, separated by spaces.',
    ({ cell }) => cell.inexact,
  ),
  column('input_tokens', 'count', 'All tokens of the request.', ({ cell }) => cell.input),
  column('output_tokens', 'count', 'All tokens of the answer.', ({ cell }) => cell.output),
  column('reasoning_tokens', 'count', 'Part of the output.', ({ cell }) => cell.reasoning),
  column('cached_tokens', 'count', 'Part of the input.', ({ cell }) => cell.cached),
  column('cache_write_tokens', 'count', 'Part of the input.', ({ cell }) => cell.cacheWrite),
  column('counter_ids', 'ids', 'Which other counts the row has: see docs/store-format.md.', ({ cell }) =>
    cell.counters.filter((_, i) => i % 2 === 0),
  ),
  column('counter_values', 'counts', 'These counts, in the same order.', ({ cell }) =>
    cell.counters.filter((_, i) => i % 2 === 1),
  ),
  column('status', 'number?', 'The HTTP status; null if the log has none.', ({ stored }) =>
    whole(stored?.response_code),
  ),
  column('duration_ms', 'number?', 'How long the request took.', ({ stored }) => whole(stored?.duration_ms)),
  column('first_token_ms', 'number?', 'How long until the first token.', ({ stored }) =>
    whole(stored?.first_token_ms),
  ),
  column('request_id', 'text', "The gateway's id of the request.", ({ stored }) => stored?.request_id ?? ''),
  column('chat_id', 'text', "The provider's id of the response.", ({ stored }) => stored?.chat_id ?? ''),
  column(
    'response_type',
    'name',
    '`stream`, `normal`, or empty.',
    ({ stored }) => stored?.response_type ?? '',
  ),
  column('has_tool_calls', 'number', '1 if the answer calls tools.', ({ stored }) =>
    stored?.has_tool_calls ? 1 : 0,
  ),
  column(
    'flags',
    'name',
    'What is unusual about the round: flags, separated by spaces.',
    ({ stored }) => stored?.flags?.join(' ') ?? '',
  ),
];

function column(name: string, kind: ColumnKind, meaning: string, value: Column['value']): Column {
  return { name, kind, meaning, value };
}

/** With these, every stored round can be read back: `fields` is its line without the texts. */
export const CONTENT_COLUMNS: readonly Column[] = [
  content('fields', 'All fields of the stored round that are no text of the log, as JSON.', ({ stored }) =>
    stored ? JSON.stringify(stored) : '',
  ),
  ...(
    [
      ['new_messages', 'Messages that the session did not have before.'],
      ['messages', 'The whole request, if it was not a list of messages.'],
      ['system', 'The system prompt, if it is another than before.'],
      ['question', 'The question, if it is another than before.'],
      ['answer', 'The answer.'],
      ['reasoning', 'The reasoning.'],
      ['tool_calls', 'The tool calls of the answer.'],
      ['attributes', 'Other attributes of ai_log.'],
      ['access_log', "Other fields of the log's line."],
    ] as const
  ).map(([name, meaning]) =>
    content(
      name,
      `${meaning} JSON, as logged; empty if there is none.`,
      ({ texts }) => texts.get(name) ?? '',
    ),
  ),
];

function content(name: string, meaning: string, value: Column['value']): Column {
  return { name, kind: 'text', meaning, value, isContent: true };
}

export const ALL_COLUMNS: readonly Column[] = [...COLUMNS, ...CONTENT_COLUMNS];

/** The columns by which rows are the same row. */
export const KEY = ['store', 'log', 'place', 'time'] as const;

function amount(atto: bigint): string {
  return exactDecimal(atto, 18);
}

/** A log can say anything; what no count can be is left out. */
function whole(value: number | undefined): number | null {
  return value !== undefined && Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? value : null;
}
