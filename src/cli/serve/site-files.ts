import type { IncomingMessage, ServerResponse } from 'node:http';
import { realpathSync } from 'node:fs';
import { join, sep } from 'node:path';
import send from 'send';

/**
 * Sends a file of the site. `send` knows types, ranges and conditional requests, and refuses hidden files and paths that
 * lead upward; a link in the folder that leads out of it is refused here.
 */
export function sendSiteFile(
  request: IncomingMessage,
  response: ServerResponse,
  { siteDir, path, notFound }: { siteDir: string; path: string; notFound: () => void },
): void {
  if (leadsOut(siteDir, path)) return notFound();
  send(request, path, { root: siteDir, dotfiles: 'ignore', cacheControl: false })
    .on('headers', (sent: ServerResponse) => sent.setHeader('Cache-Control', cacheControlOf(path)))
    .on('error', (error: { status?: number }) => {
      if (error.status === 416 || error.status === 412) {
        response.statusCode = error.status;
        response.end();
      } else {
        notFound();
      }
    })
    .pipe(response);
}

/** The addresses of styles and scripts change with their content. Everything else is to be checked each time. */
function cacheControlOf(path: string): string {
  return path.startsWith('/assets/') ? 'private, max-age=31536000, immutable' : 'no-cache';
}

function leadsOut(siteDir: string, path: string): boolean {
  try {
    const root = realpathSync(siteDir);
    const file = realpathSync(join(root, decodeURIComponent(path)));
    return file !== root && !file.startsWith(root + sep);
  } catch {
    // There is none: `send` says so. A path that cannot be decoded is refused there too.
    return false;
  }
}
