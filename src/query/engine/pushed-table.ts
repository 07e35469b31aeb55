import { cleanLine } from '../../platform/clean-text.ts';
import { InputOutputError } from '../../platform/errors.ts';
import type { EngineAddress } from './address.ts';
import type { Connection } from './connection.ts';
import { identifier, quoted } from './sql.ts';

/** A store that was pushed into the table. */
export interface PushedStore {
  id: string;
  gateway: string;
  /** The last push of it that the table has. */
  version: string;
}

/** Columns without which nothing can be summed. */
const NEEDED = [
  'store',
  'time_ms',
  'version',
  'gateway',
  'session',
  'round',
  'identity',
  'occurrence',
  'rounds',
  'model',
  'consumer',
  'api',
  'tags',
  'price_state',
  'currency',
  'cost',
  'saved',
  'bounds',
  'input_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cached_tokens',
  'cache_write_tokens',
  'counter_ids',
  'counter_values',
  'log',
  'duration_ms',
];

/** A table that `monitor push clickhouse` fills. */
export class PushedTable {
  readonly connection: Connection;
  readonly address: EngineAddress;
  readonly #name: string;
  readonly #types: ReadonlyMap<string, string>;

  /** Throws InputOutputError if there is no such table, or if it is another one. */
  static async open(connection: Connection, address: EngineAddress): Promise<PushedTable> {
    const name = `${identifier(address.database)}.${identifier(address.table)}`;
    const columns = await connection.all(`DESCRIBE TABLE ${name}`);
    const types = new Map(columns.map(([column = '', type = '']) => [column, type]));
    const lacking = NEEDED.filter((column) => !types.has(column));
    if (lacking.length === NEEDED.length)
      throw new InputOutputError(
        `${address.shown}: this table has no rounds of monitor. Name the table that monitor push clickhouse fills`,
      );
    if (lacking.length > 0)
      throw new InputOutputError(
        `${address.shown}: the table lacks ${lacking.map(cleanLine).join(', ')}: another version of monitor made it. ` +
          'monitor push clickhouse --print-ddl prints what it should have',
      );
    return new PushedTable(connection, address, name, types);
  }

  constructor(
    connection: Connection,
    address: EngineAddress,
    name: string,
    types: ReadonlyMap<string, string>,
  ) {
    this.connection = connection;
    this.address = address;
    this.#name = name;
    this.#types = types;
  }

  has(column: string): boolean {
    return this.#types.has(column);
  }

  /** The stores in the table, in the order in which they count: by the names of their gateways. */
  async stores(): Promise<PushedStore[]> {
    const rows = await this.connection.all(
      `SELECT store, argMax(gateway, version), max(version) FROM ${this.#name} GROUP BY store`,
    );
    return rows
      .map(([id = '', gateway = '', version = '']) => ({ id, gateway, version }))
      .toSorted((a, b) => compare(a.gateway, b.gateway) || compare(a.id, b.id));
  }

  /** What changes with every push. */
  async mark(): Promise<string> {
    const rows = await this.connection.all(
      `SELECT store, max(version), count() FROM ${this.#name} GROUP BY store ORDER BY store`,
    );
    return JSON.stringify(rows);
  }

  /** Rounds that were pruned before they were pushed, of sessions that several stores have: nothing says whether they are the same. */
  async unsureRounds(stores: readonly PushedStore[]): Promise<number> {
    if (stores.length < 2) return 0;
    const [[rounds] = []] = await this.connection.all(
      `SELECT sum(rounds) FROM ${this.all(stores)} WHERE log = 0 AND session IN ${this.#common(stores)}`,
    );
    return Number(rounds);
  }

  /** All rows of these stores as of their last push, each as often as it was pushed by a store. */
  all(stores: readonly PushedStore[], columns = '*'): string {
    return `(SELECT ${columns} FROM ${this.#name} FINAL WHERE rounds > 0 AND ${ofStores(stores)})`;
  }

  /** Rows of these stores, also those that a later push has replaced: for questions to which that makes no difference. */
  raw(stores: readonly PushedStore[]): string {
    return `(SELECT * FROM ${this.#name} WHERE ${ofStores(stores)})`;
  }

  /**
   * The rows that count, each round once: of a round that several stores have, the row of the first store. Only sessions
   * that several stores have can have such rounds.
   */
  counted(stores: readonly PushedStore[]): string {
    if (stores.length < 2) return this.all(stores);
    const again = `(SELECT session, identity, occurrence, arrayJoin(arraySlice(arraySort(groupArray(${rankOf(stores)})), 2))
      FROM ${this.#name} FINAL WHERE rounds > 0 AND ${ofStores(stores)} AND identity != '' AND session IN ${this.#common(stores)}
      GROUP BY session, identity, occurrence HAVING count() > 1)`;
    return `(SELECT * FROM ${this.#name} FINAL WHERE rounds > 0 AND ${ofStores(stores)}
      AND (identity = '' OR (session, identity, occurrence, ${rankOf(stores)}) NOT IN ${again}))`;
  }

  /** The sessions that several stores have. */
  #common(stores: readonly PushedStore[]): string {
    return `(SELECT session FROM ${this.#name} WHERE ${ofStores(stores)} GROUP BY session HAVING uniqExact(store) > 1)`;
  }
}

function ofStores(stores: readonly PushedStore[]): string {
  if (stores.length === 0) return '0';
  return `store IN (${stores.map(({ id }) => quoted(id)).join(',')})`;
}

/** The number of a row's store, from 1. */
export function rankOf(stores: readonly PushedStore[]): string {
  const ids = stores.map(({ id }) => quoted(id)).join(',');
  return `transform(toString(store), [${ids}], [${stores.map((_, i) => `toUInt32(${i + 1})`).join(',')}], toUInt32(0))`;
}

/** By code units, as everywhere else. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
