import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SessionEntry } from '../../model/session-entry.ts';
import { cleanLine } from '../../platform/clean-text.ts';
import { NoAnswer } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { whyLeftOut } from '../../site/left-out-session.ts';
import { pageUrl, sessionName, sessionPath } from '../../site/names.ts';
import type { Snapshot } from '../../store/read.ts';
import { writeJson, type Context } from '../context.ts';
import type { StoresOptions } from '../options/stores-options.ts';
import { readStores } from '../reporting/read-stores.ts';
import { refusePruned, requireRound, sessionOf } from '../reporting/session-argument.ts';

export interface UrlOptions extends StoresOptions {
  siteDir: string;
  baseUrl?: string;
  round?: number;
  json?: true;
}

/**
 * Prints the link to a session's page: on the web server of --base-url, else on this disk. Throws NoAnswer if there is no
 * such session or round, no page on this disk, or none because the site leaves the session out.
 */
export async function url(context: Context, id: string, options: UrlOptions): Promise<void> {
  const { siteDir, baseUrl, round } = options;
  const snapshot = await readStores(context, options);
  const session = sessionOf(snapshot.sessions, id, snapshot.dir);
  refusePruned(session, undefined);
  if (round !== undefined) requireRound(session, round);
  const file = resolve(siteDir, sessionPath(sessionName(session)));
  if (!existsSync(file)) refuseMissing(context, session, snapshot, options);
  const page = baseUrl === undefined ? pathToFileURL(file).href : pageUrl(baseUrl, session);
  const link = round === undefined ? page : `${page}#r-${round}`;
  const document = { version: 1, session_id: session.id, url: link };
  if (options.json) await writeJson(context, `${JSON.stringify(document)}\n`);
  else await context.write(`${link}\n`);
}

/** The folder may be that of the site on the server: what it leaves out, the server lacks too. */
function refuseMissing(
  context: Context,
  session: SessionEntry,
  snapshot: Snapshot,
  { siteDir, baseUrl }: UrlOptions,
): void {
  const why = whyMissing(context, session, snapshot, siteDir);
  if (why !== null)
    throw new NoAnswer(
      `the site ${siteDir} has no page for this session: it ${why}. monitor render --all-sessions shows all` +
        (baseUrl === undefined ? '' : '. If another site is served there, name its folder with --site-dir'),
    );
  if (baseUrl === undefined)
    throw new NoAnswer(
      `the site ${siteDir} has no page for this session yet: run monitor render --site-dir ${siteDir}. ` +
        'If the site is on a web server, give its URL with --base-url or MONITOR_BASE_URL',
    );
}

function whyMissing(
  context: Context,
  session: SessionEntry,
  snapshot: Snapshot,
  siteDir: string,
): string | null {
  try {
    return whyLeftOut(nodeFiles, siteDir, session, snapshot);
  } catch (error) {
    const problem = cleanLine(error instanceof Error ? error.message : String(error));
    context.warn(`monitor: cannot tell which sessions the site ${siteDir} shows: ${problem}\n`);
    return null;
  }
}
