import { Readable } from 'node:stream';
import { ClickHouseLogLevel, createClient, type ClickHouseClient } from '@clickhouse/client';
import { answerError, exceptionCode, networkError, RequestError } from './server-errors.ts';
import type { Target } from './target.ts';
import type { Dialect } from './types.ts';

export interface ServerOptions {
  target: Target;
  user: string;
  password: string;
  timeoutSeconds: number;
  /** How often a request is sent again that may succeed then. */
  retries: number;
}

/** Nothing that is asked for is longer. */
const LONGEST_ANSWER = 1 << 20;
const FIRST_WAIT_MS = 500;

/** What later servers need, and old ones do not know: rows are not gathered, and their times may be of any month. */
const INSERT_SETTINGS = { async_insert: 0, max_partitions_per_insert_block: 0 } as const;

/** A ClickHouse server, over HTTP. All methods throw RequestError. */
export class ClickHouseServer {
  readonly #options: ServerOptions;
  readonly #client: ClickHouseClient;

  constructor(options: ServerOptions) {
    const { target, user, password, timeoutSeconds } = options;
    const { origin, pathname } = new URL(target.url);
    this.#options = options;
    this.#client = createClient({
      url: origin,
      ...(pathname !== '/' && { pathname }),
      username: user,
      password,
      database: target.database,
      request_timeout: timeoutSeconds * 1000,
      application: 'agent-session-monitor',
      log: { level: ClickHouseLogLevel.OFF },
    });
  }

  /** The answer to a query, as text. */
  ask(query: string): Promise<string> {
    return this.#retried(() => this.#send(query));
  }

  /** The rows of an answer. */
  async rows(query: string): Promise<unknown[]> {
    const text = await this.ask(`${query} FORMAT JSONEachRow`);
    try {
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line): unknown => JSON.parse(line));
    } catch {
      throw answerError(this.#options.target, { status: 200, body: text });
    }
  }

  /** Runs a statement that has no answer, with the rows that it inserts. It may be sent several times. */
  async command(query: string, dialect: Dialect, rows?: Buffer): Promise<void> {
    const settings = dialect === 'current' ? INSERT_SETTINGS : {};
    await this.#retried(async () => {
      const body = await this.#send(query, rows, settings);
      // A proxy's page: ClickHouse has nothing to say.
      if (body.trim() !== '') throw answerError(this.#options.target, { status: 200, body });
    });
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #retried<T>(run: () => Promise<T>): Promise<T> {
    const { retries } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return await run();
      } catch (error) {
        if (!(error instanceof RequestError) || !error.isPassing || attempt === retries) throw error;
        await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** attempt));
      }
    }
  }

  async #send(query: string, rows?: Buffer, settings: Record<string, number> = {}): Promise<string> {
    const { target, timeoutSeconds } = this.#options;
    try {
      const {
        stream,
        http_status_code: status = 0,
        response_headers: headers,
      } = await this.#client.exec({
        query,
        ...(rows && { values: Readable.from([rows], { objectMode: false }) }),
        clickhouse_settings: settings,
        ignore_error_response: true,
      });
      const body = await textOf(stream);
      const code = exceptionCode(body);
      if (status === 200 && code === undefined) return body;
      throw answerError(target, { status, location: headers['location']?.toString(), code, body });
    } catch (error) {
      if (error instanceof RequestError || !(error instanceof Error)) throw error;
      throw networkError(target, error, timeoutSeconds);
    }
  }
}

async function textOf(stream: AsyncIterable<unknown>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array);
    chunks.push(bytes);
    length += bytes.length;
    if (length > LONGEST_ANSWER) break;
  }
  return Buffer.concat(chunks).toString();
}
