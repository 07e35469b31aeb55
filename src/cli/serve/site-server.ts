import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import compression from 'compression';
import { isKnownHost } from './host-names.ts';
import type { Credentials } from './credentials.ts';
import { sendSiteFile } from './site-files.ts';

export interface SiteServer {
  siteDir: string;
  /** Names that this server is known by, besides addresses and localhost. */
  hosts: readonly string[];
  /** Undefined: everybody who reaches the server may read the site. */
  credentials: Credentials | undefined;
  /** The paths of a session's page and of its JSON, without a leading slash; or why there is none. */
  findSession: (id: string) => { page: string; json: string } | { problem: string };
  /** Whether there is a site yet. */
  isReady: () => boolean;
  /** Said of an error that nobody sees in the response. */
  onFault: (error: unknown) => void;
}

/** Serves the site, and the addresses of the Python original's server. */
export function makeSiteServer(site: SiteServer): Server {
  const compress = compression();
  return createServer((request, response) => {
    for (const [name, value] of Object.entries(HEADERS)) response.setHeader(name, value);
    compress(request as never, response as never, () => {
      answer(site, request, response).catch((error: unknown) => {
        site.onFault(error);
        if (!response.headersSent) plain(response, 500, 'Something went wrong here.');
        else response.destroy();
      });
    });
  });
}

const HEADERS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

async function answer(site: SiteServer, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!isKnownHost(request.headers.host, site.hosts))
    return plain(response, 403, 'This server is not known by that name. Start it with --allow-host <name>.');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return plain(response, 405, 'Only GET and HEAD.');
  }
  const checked = (await site.credentials?.check(request.headers.authorization)) ?? 'allowed';
  if (checked === 'busy') return plain(response, 429, 'Too many attempts. Try again in a moment.');
  if (checked === 'denied') {
    response.setHeader('WWW-Authenticate', 'Basic realm="Agent sessions", charset="UTF-8"');
    return plain(response, 401, 'A name and a password are needed.');
  }
  if (!site.isReady()) {
    response.setHeader('Retry-After', '2');
    return plain(response, 503, 'The site is being rendered for the first time. Try again in a moment.');
  }
  route(site, request, response);
}

function route(site: SiteServer, request: IncomingMessage, response: ServerResponse): void {
  const [path = '/', query = ''] = (request.url ?? '/').split(/\?(.*)/s);
  const id = new URLSearchParams(query).get('id');
  const { siteDir } = site;
  const notFound = (): void => plain(response, 404, 'There is no such page.');
  const file = (at: string): void => sendSiteFile(request, response, { siteDir, path: at, notFound });
  if (path === '/api/sessions' || path === '/api/stats') return file(`${path}.json`);
  if (path === '/api/session') {
    const found = site.findSession(id ?? '');
    return 'problem' in found ? jsonError(response, found.problem) : file(`/${found.json}`);
  }
  if (path === '/session' || path === '/session/') {
    const found = site.findSession(id ?? '');
    if (!('problem' in found)) return redirect(response, `/${found.page}`);
    if (path === '/session') return redirect(response, `/session/${query && `?${query}`}`);
  }
  file(path);
}

function redirect(response: ServerResponse, to: string): void {
  response.writeHead(302, { Location: to, 'Cache-Control': 'no-cache' });
  response.end();
}

function jsonError(response: ServerResponse, error: string): void {
  response.writeHead(404, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-cache' });
  response.end(`${JSON.stringify({ error })}\n`);
}

function plain(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(`${text}\n`);
}
