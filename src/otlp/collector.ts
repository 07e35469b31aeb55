import { gzipSync } from 'node:zlib';
import { networkProblem, timeoutProblem } from '../platform/http-problems.ts';
import { CollectorError, rejectedBy, type Answer, type Rejected } from './answers.ts';
import { SCOPE } from './encoding.ts';
import type { Endpoint } from './endpoint.ts';
import type { SpanRequest } from './requests.ts';

export interface CollectorOptions {
  endpoint: Endpoint;
  /** With credentials. */
  headers: Readonly<Record<string, string>>;
  timeoutSeconds: number;
  /** How often a request is sent again that may succeed then. */
  retries: number;
}

/** Nothing that a collector has to say is longer. */
const LONGEST_ANSWER = 1 << 20;
const FIRST_WAIT_MS = 500;
/** A collector that asks for more is asked again by the next push. */
const LONGEST_WAIT_MS = 60_000;

/** A collector of traces, over HTTP. */
export class Collector {
  readonly #options: CollectorOptions;

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Sends spans; they may be sent several times. Returns what was not taken. Throws CollectorError. */
  async send(request: SpanRequest): Promise<Rejected[]> {
    const { url } = this.#options.endpoint;
    try {
      const answer = await this.#retried(gzipSync(request.bytes), request.contentType);
      return answer ? [answer] : [];
    } catch (error) {
      if (!(error instanceof CollectorError) || !error.isTooLarge) throw error;
      if (request.spans === 1) return [{ spans: 1, message: `${url} answered 413: the span is too large` }];
      const rejected: Rejected[] = [];
      for (const half of request.halves()) rejected.push(...(await this.send(half)));
      return rejected;
    }
  }

  async #retried(body: Buffer, contentType: string): Promise<Rejected | undefined> {
    const { retries, endpoint } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return rejectedBy(endpoint.url, await this.#post(body, contentType));
      } catch (error) {
        if (!(error instanceof CollectorError) || !error.isPassing) throw error;
        const usual = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random()));
        const { retryAfterMs = usual } = error;
        const isLong = retryAfterMs > LONGEST_WAIT_MS;
        if (isLong) error.message += `, and asks to wait ${Math.ceil(retryAfterMs / 1000)} s`;
        if (isLong || attempt === retries) throw error;
        await new Promise((resolve) => setTimeout(resolve, retryAfterMs));
      }
    }
  }

  async #post(body: Buffer, contentType: string): Promise<Answer> {
    const { endpoint, headers, timeoutSeconds } = this.#options;
    try {
      const response = await fetch(endpoint.url, {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': contentType,
          'content-encoding': 'gzip',
          'user-agent': `${SCOPE.name}/${SCOPE.version}`,
        },
        body: new Uint8Array(body),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutSeconds * 1000),
      });
      return {
        status: response.status,
        location: response.headers.get('location') ?? undefined,
        retryAfterMs: waitOf(response.headers.get('retry-after')),
        contentType: response.headers.get('content-type') ?? '',
        body: await bodyOf(response),
      };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const isLate = error.name === 'TimeoutError';
      const cause = error.cause instanceof Error ? error.cause : error;
      const { message, isPassing } = isLate
        ? timeoutProblem(endpoint.url, timeoutSeconds)
        : networkProblem(endpoint.url, cause, 'OTLP over HTTP is usually 4318');
      throw new CollectorError(message, { isPassing });
    }
  }
}

async function bodyOf({ body }: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  if (!body) return Buffer.alloc(0);
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > LONGEST_ANSWER) break;
  }
  return Buffer.concat(chunks);
}

/** A number of seconds, or a date. */
function waitOf(header: string | null): number | undefined {
  if (header === null) return undefined;
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
