import type { SessionEntry } from '../../model/session-entry.ts';
import { UsageError } from '../../platform/errors.ts';
import { isRecord } from '../../platform/json-checks.ts';
import { parseJson } from '../../platform/json-spans.ts';
import type { RoundMoney } from '../../pricing/round-money.ts';
import { isReason } from '../../pricing/bounds.ts';
import { TEXTS, type StoredRound } from '../../session-format/stored-round.ts';
import { ToolTally } from '../../session-format/tool-tally.ts';
import type { Talk } from '../../query/fetched.ts';
import { DistinctRounds } from '../../query/stores/round-keys.ts';
import { joinedLines } from '../../query/stores/joined-lines.ts';
import { toldOf, type Told } from '../../query/stores/joined-session.ts';
import { orderOf } from '../../query/stores/session-plan.ts';
import { MS } from './engine-query.ts';
import { attoOf, priceOf } from './engine-cells.ts';
import { rankOf, type PushedStore, type PushedTable } from './pushed-table.ts';
import { quoted } from './sql.ts';

/** A round as it was pushed with its content. */
interface PushedRound {
  rank: number;
  identity: string;
  end: number;
  stored: StoredRound;
  line: string;
  money: RoundMoney;
}

const TEXT_COLUMNS = [
  'new_messages',
  'messages',
  'system',
  'question',
  'answer',
  'reasoning',
  'tool_calls',
  'attributes',
  'access_log',
].filter((name) => TEXTS.has(name));

/** The rounds of sessions with all they said, session by session. Throws UsageError if they were pushed without it. */
export async function* fetchTalks(
  table: PushedTable,
  stores: readonly PushedStore[],
  ids: readonly string[],
): AsyncGenerator<{ id: string; talk: Talk }> {
  const columns = [
    'session',
    `${rankOf(stores)} AS rank`,
    'log',
    'rounds',
    'identity',
    `${MS} + toInt64(ifNull(duration_ms, 0))`,
    'toString(price_state)',
    'toString(cost)',
    'toString(saved)',
    'toString(currency)',
    'toString(bounds)',
    'fields',
    ...TEXT_COLUMNS,
  ];
  const sql = `SELECT ${columns.join(', ')} FROM ${table.all(stores)} WHERE session IN (${ids.map(quoted).join(',')}) ORDER BY session, rank, round`;
  let open: { id: string; rounds: PushedRound[]; removed: number } | undefined;
  for await (const row of table.connection.rows(sql)) {
    const [id = '', rank, log, rounds, ...rest] = row;
    if (open?.id !== id) {
      if (open) yield { id: open.id, talk: talkOf(open, stores) };
      open = { id, rounds: [], removed: 0 };
    }
    if (log === '0') open.removed += Number(rounds);
    else open.rounds.push(readRow(Number(rank), rest, table.address.shown));
  }
  if (open) yield { id: open.id, talk: talkOf(open, stores) };
}

function noTexts(shown: string): UsageError {
  return new UsageError(
    `${shown} has the numbers of this session, but not what was said: send it with monitor push clickhouse --with-content, or name the store with --data-dir instead of --source`,
  );
}

function readRow(rank: number, row: readonly string[], shown: string): PushedRound {
  const [identity = '', end, price = '', cost = '', saved = '', currency = '', bounds = '', ...rest] = row;
  const [fields = '', ...texts] = rest;
  const stored = parseJson(fields);
  if (!isRecord(stored)) throw noTexts(shown);
  // A flag says it already; the checksum was of the line in the store.
  const { altered: _altered, crc: _crc, ...kept } = stored as unknown as StoredRound;
  const members = TEXT_COLUMNS.map((name, i) => (texts[i] ? `,"${name}":${texts[i]}` : ''));
  const state = priceOf(price);
  return {
    rank,
    identity,
    end: Number(end),
    stored: kept,
    line: `${JSON.stringify(kept).slice(0, -1)}${members.join('')}}`,
    money: {
      price: state,
      cost: state === 'unpriced' || state === 'no-usage' ? null : attoOf(cost),
      saved: attoOf(saved),
      currency,
      inexact: bounds.split(' ').filter(isReason),
    },
  };
}

function talkOf(
  { rounds, removed }: { rounds: readonly PushedRound[]; removed: number },
  stores: readonly PushedStore[],
): Talk {
  const ranks = [...new Set(rounds.map(({ rank }) => rank))];
  const translate = (rank: number) => (stored: StoredRound) => ({
    ...stored,
    ...(stores.length > 1 && { gateway: stores[rank - 1]?.gateway ?? '' }),
  });
  if (ranks.length < 2) {
    const money = new Map(rounds.map(({ stored, money }) => [stored.round, money]));
    const lines = rounds.map(({ line, stored, rank }) =>
      stores.length > 1
        ? `${line.slice(0, -1)},${JSON.stringify({ gateway: translate(rank)(stored).gateway }).slice(1)}`
        : line,
    );
    return { lines, money };
  }
  const distinct = new DistinctRounds();
  const parts = ranks.map((rank) => {
    const own = rounds.filter((round) => round.rank === rank);
    const skipped = new Set<number>();
    for (const [place, { identity }] of own.entries())
      if (identity !== '' && !distinct.take(identity)) skipped.add(place);
    distinct.nextStore();
    return { rank, own, skipped };
  });
  const counted = parts.map(({ own, skipped }) => own.filter((_, place) => !skipped.has(place)));
  const order = orderOf(counted.map((own) => own.map(({ end }) => end)));
  const left = counted.map((own) => own.values());
  const money = new Map<number, RoundMoney>();
  let number = removed;
  for (const part of order) {
    const next = left[part]?.next();
    if (next && !next.done) money.set(++number, next.value.money);
  }
  const entry = { id: '' } as SessionEntry;
  const lines = joinedLines({
    parts: parts.map(({ rank, own }) => ({
      entry,
      source: { storedLines: () => own.map(({ line }) => line).values(), translate: translate(rank) },
    })),
    skipped: parts.map(({ skipped }) => skipped),
    order,
    removedRounds: removed,
  });
  return { lines: [...lines], money };
}

/** Titles and tools of these sessions, as far as what they said was pushed. */
export async function fetchTold(
  table: PushedTable,
  stores: readonly PushedStore[],
  ids: readonly string[],
): Promise<Map<string, Told>> {
  const told = new Map<string, Told>();
  for (let at = 0; at < ids.length; at += AT_ONCE)
    for await (const { id, talk } of fetchTalks(table, stores, ids.slice(at, at + AT_ONCE)))
      told.set(id, toldOf(talk.lines, new ToolTally()));
  return told;
}

const AT_ONCE = 200;

/** Sessions of which the table has all rounds with what they said. */
export async function withContent(
  table: PushedTable,
  stores: readonly PushedStore[],
  ids: readonly string[] | undefined,
): Promise<string[]> {
  if (ids?.length === 0) return [];
  const among = ids ? ` WHERE session IN (${ids.map(quoted).join(',')})` : '';
  const rows = await table.connection.all(
    `SELECT session FROM ${table.all(stores)}${among} GROUP BY session HAVING countIf(fields = '') = 0`,
  );
  return rows.map(([id = '']) => id);
}
