import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { cleanLine } from '../../platform/clean-text.ts';
import { errorCode, InputOutputError } from '../../platform/errors.ts';
import { exceptionCode, exceptionText } from '../server-errors.ts';
import type { EngineAddress } from './address.ts';
import { unescaped } from './sql.ts';

/** Who asks: from the environment, never from the command line, which every user of the machine can see. */
export interface Credentials {
  user: string;
  password: string;
}

export function credentialsOf(env: Readonly<Record<string, string | undefined>>): Credentials {
  return { user: env['CLICKHOUSE_USER'] || 'default', password: env['CLICKHOUSE_PASSWORD'] ?? '' };
}

/** Asks the HTTP interface of a server. */
export class Connection {
  readonly #address: EngineAddress;
  readonly #user: string;
  readonly #client: ClickHouseClient;

  constructor(address: EngineAddress, user: string, client: ClickHouseClient) {
    this.#address = address;
    this.#user = user;
    this.#client = client;
  }

  /** The rows of a query, each as its values. Throws InputOutputError if they are not all there. */
  async *rows(query: string): AsyncGenerator<string[]> {
    try {
      // Rows and no other format: numbers of any size stay exact, and names come back as they were sent.
      const result = await this.#client.query({
        query,
        format: 'TabSeparated',
        // A user who may only read cannot change a setting, so it is changed for long queries only.
        ...(query.length > USUAL_QUERY && { clickhouse_settings: { max_query_size: `${4 * query.length}` } }),
      });
      for await (const rows of result.stream())
        for (const { text } of rows) yield text.split('\t').map(unescaped);
    } catch (error) {
      throw this.#named(error);
    }
  }

  async all(query: string): Promise<string[][]> {
    const rows: string[][] = [];
    for await (const row of this.rows(query)) rows.push(row);
    return rows;
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  #named(error: unknown): InputOutputError {
    const { shown, timeoutMs } = this.#address;
    const problem = problemOf(error, { user: this.#user, seconds: timeoutMs / 1000 });
    return new InputOutputError(`${shown}: ${problem}`, { cause: error });
  }
}

/** In characters: below the length in bytes that servers take without being asked. */
const USUAL_QUERY = 60_000;

export function connect(address: EngineAddress, { user, password }: Credentials): Connection {
  const client = createClient({
    url: address.url,
    username: user,
    password,
    database: address.database,
    application: 'agent-session-monitor',
    request_timeout: address.timeoutMs,
    // Each query has its own connection: an idle one would keep the process waiting.
    keep_alive: { enabled: false },
    log: { level: ClickHouseLogLevel.OFF },
    // The server answers only once it knows the whole result: a query that fails half-way is an error, not fewer rows.
    clickhouse_settings: { wait_end_of_query: 1 },
  });
  return new Connection(address, user, client);
}

const UNREACHABLE: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host could not be looked up',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ETIMEDOUT: 'the host did not answer',
};

/** What is wrong, and what to do. */
function problemOf(error: unknown, { user, seconds }: { user: string; seconds: number }): string {
  const message = error instanceof Error ? error.message : String(error);
  const unreachable = UNREACHABLE[errorCode(error)];
  if (unreachable !== undefined)
    return `${unreachable}. Check the address: the port is that of the HTTP interface, usually 8123, with TLS 8443`;
  if (message.startsWith('Timeout error'))
    return `no answer within ${seconds} seconds. Ask of fewer days, or allow more time with ?timeout=<seconds> in the address`;
  if (/is for clickhouse-client program/.test(message))
    return 'this is the port of the native protocol. Use that of the HTTP interface, usually 8123';
  const said = exceptionText(message);
  const code = exceptionCode(message) ?? Number(errorCode(error));
  const hint = HINTS[code]?.(user);
  if (hint !== undefined) return `${hint} (${said})`;
  if (/SSL|TLS|certificate|EPROTO/i.test(`${errorCode(error)} ${message}`))
    return `the connection is not secure, or not to a port with TLS: ${said}`;
  return `the query failed: ${said}`;
}

const REFUSED = (user: string): string =>
  `the server refuses the user '${cleanLine(user)}'. Set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD`;
const NO_RIGHT = (user: string): string =>
  `the user '${cleanLine(user)}' may not read this table. Grant SELECT`;

/** By the code of ClickHouse's error. */
const HINTS: Readonly<Record<number, (user: string) => string>> = {
  60: () => 'there is no such table. Make it with monitor push clickhouse --create',
  81: () => 'there is no such database. Make its table with monitor push clickhouse --create',
  159: () => 'the server stopped the query: it took too long. Ask of fewer days, or raise max_execution_time',
  192: REFUSED,
  193: REFUSED,
  194: REFUSED,
  516: REFUSED,
  241: () => 'the server lacks memory for the query. Ask of fewer days, or raise max_memory_usage',
  291: NO_RIGHT,
  497: NO_RIGHT,
};
