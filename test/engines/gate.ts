import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it came, whole. */
interface Asked {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
  isInsert: boolean;
}

/** What becomes of a request: `pass` sends it to the engine and gives back the answer. */
export type Treat = (
  asked: Asked,
  response: ServerResponse,
  pass: () => Promise<{ status: number; body: Buffer }>,
) => Promise<void> | void;

/** A server in front of an engine, which tests tell how to fail. */
export interface Gate {
  url: string;
  /** The requests so far. */
  asked: Asked[];
  /** Undefined: everything passes. */
  treat: Treat | undefined;
  stop(): Promise<void>;
}

export async function openGate(engineUrl: string): Promise<Gate> {
  const server = createServer((request, response) => void handle(request, response));
  const gate: Gate = {
    url: '',
    asked: [],
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
    const body = Buffer.concat(chunks);
    const { method = '', url: path = '', headers } = request;
    const query = new URL(path, 'http://localhost').searchParams.get('query') ?? '';
    const asked = { method, path, headers, body, isInsert: query.startsWith('INSERT') };
    gate.asked.push(asked);
    const pass = async (): Promise<{ status: number; body: Buffer }> => {
      const { authorization } = headers;
      const answer = await fetch(`${engineUrl}${path}`, {
        method,
        ...(method === 'POST' && { body }),
        headers: authorization === undefined ? {} : { authorization },
      });
      return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) };
    };
    if (gate.treat) return gate.treat(asked, response, pass);
    const answer = await pass();
    response.writeHead(answer.status).end(answer.body);
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  gate.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return gate;
}
