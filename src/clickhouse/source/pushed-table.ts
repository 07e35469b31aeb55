import { InputOutputError } from '../../platform/errors.ts';
import { ALL_COLUMNS } from '../../rows/columns.ts';
import { tableOf } from '../target.ts';
import type { EngineAddress } from './address.ts';
import type { Connection } from './connection.ts';
import { quoted } from './sql.ts';

/** A store that was pushed into the table. */
export interface PushedStore {
  id: string;
  gateway: string;
  /** The last push of it that the table has. */
  version: string;
}

/** A table that `monitor push clickhouse` fills. */
export class PushedTable {
  readonly connection: Connection;
  readonly address: EngineAddress;
  readonly #name: string;

  /** Throws InputOutputError if there is no such table, or if it is another one. */
  static async open(connection: Connection, address: EngineAddress): Promise<PushedTable> {
    const columns = await connection.all(`DESCRIBE TABLE ${tableOf(address)}`);
    const names = new Set(columns.map(([name]) => name));
    const lacking = ALL_COLUMNS.filter(({ name }) => !names.has(name)).map(({ name }) => name);
    if (lacking.length > ALL_COLUMNS.length / 2)
      throw new InputOutputError(
        `${address.shown}: this is a table of something else. Name the one that monitor push clickhouse fills`,
      );
    if (lacking.length > 0)
      throw new InputOutputError(
        `${address.shown}: the table lacks the columns ${lacking.join(', ')}, as an earlier version of monitor made it. ` +
          'monitor push clickhouse says how to add them',
      );
    return new PushedTable(connection, address);
  }

  constructor(connection: Connection, address: EngineAddress) {
    this.connection = connection;
    this.address = address;
    this.#name = tableOf(address);
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
