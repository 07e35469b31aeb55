import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { spansOfRequest, type SentSpan } from './make.ts';
import { decodeRequest } from './proto.ts';

/** A request as it came. */
interface Asked {
  path: string;
  headers: IncomingHttpHeaders;
  spans: SentSpan[];
  /** Before it was unpacked, and after. */
  sizes: [packed: number, whole: number];
}

/** What becomes of a request; `take` keeps its spans. */
export type Treat = (asked: Asked, response: ServerResponse, take: () => void) => void;

/** A collector that checks what it is sent, and that tests tell how to fail. */
export interface Receiver {
  url: string;
  asked: Asked[];
  /** What was taken, in the order in which it came. */
  spans: SentSpan[];
  /** Undefined: everything is taken. */
  treat: Treat | undefined;
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer((request, response) => void handle(request, response));
  const receiver: Receiver = {
    url: '',
    asked: [],
    spans: [],
    treat: undefined,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const packed = Buffer.concat(chunks);
    const { url: path = '', headers, method } = request;
    if (method !== 'POST' || headers['content-encoding'] !== 'gzip') throw new Error('not of an exporter');
    const body = gunzipSync(packed);
    const isJson = headers['content-type'] === 'application/json';
    const spans = spansOfRequest(isJson ? JSON.parse(body.toString()) : decodeRequest(body));
    const asked: Asked = { path, headers, spans, sizes: [packed.length, body.length] };
    receiver.asked.push(asked);
    const take = (): void => void receiver.spans.push(...spans);
    if (receiver.treat) return receiver.treat(asked, response, take);
    take();
    response.writeHead(200, { 'content-type': headers['content-type'] }).end(isJson ? '{}' : '');
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  receiver.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return receiver;
}
