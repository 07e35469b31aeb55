import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { NoAnswer } from '../../platform/errors.ts';
import { pageUrl, sessionName, sessionPath } from '../../site/names.ts';
import { readSnapshot } from '../../store/read.ts';
import { writeJson, type Context } from '../context.ts';
import { refusePruned, requireRound, sessionOf } from '../reporting/session-argument.ts';

export interface UrlOptions {
  dataDir: string;
  siteDir: string;
  baseUrl?: string;
  round?: number;
  json?: true;
}

/**
 * Prints the link to a session's page: on the web server of --base-url, else on this disk. Throws NoAnswer if there is no
 * such session or round, or no page on this disk.
 */
export async function url(context: Context, id: string, options: UrlOptions): Promise<void> {
  const { dataDir, siteDir, baseUrl, round } = options;
  const session = sessionOf(readSnapshot(dataDir).sessions, id, dataDir);
  refusePruned(session, undefined);
  if (round !== undefined) requireRound(session, round);
  const page =
    baseUrl === undefined
      ? pageOnDisk(siteDir, sessionPath(sessionName(session)))
      : pageUrl(baseUrl, session);
  const link = round === undefined ? page : `${page}#r-${round}`;
  const document = { version: 1, session_id: session.id, url: link };
  if (options.json) await writeJson(context, `${JSON.stringify(document)}\n`);
  else await context.write(`${link}\n`);
}

function pageOnDisk(siteDir: string, path: string): string {
  const file = resolve(siteDir, path);
  if (existsSync(file)) return pathToFileURL(file).href;
  throw new NoAnswer(
    `the site ${siteDir} has no page for this session yet: run monitor render --site-dir ${siteDir}. ` +
      'If the site is on a web server, give its URL with --base-url or MONITOR_BASE_URL',
  );
}
