import { namesByUse, type Row } from '../query/aggregate.ts';
import { listedJson, sumJson } from '../query/json.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { hexDigest } from '../platform/digest.ts';
import { hrefTo, sessionJsonPath, sessionName, sessionPath } from './names.ts';
import type { Ordered } from './ordered.ts';
import type { Page } from './page.ts';
import type { SiteContext } from './site-context.ts';
import type { SiteTotals } from './totals.ts';

// What programs read. docs/site.md documents the shapes. They have a version: keys are added, never renamed.

/** Sessions per file. */
const LISTED = 1000;

/**
 * api/sessions.json: `list --json` of the latest sessions, with links to each session's page and JSON. If there are more
 * sessions, `parts` links to files of all of them, the oldest first, so that a new round changes only one of these.
 */
export function* sessionsJsonPages({ keyed, latest }: Ordered, state: string): Generator<Page> {
  const path = 'api/sessions.json';
  const count = keyed.length > LISTED ? Math.ceil(keyed.length / LISTED) : 0;
  const parts = Array.from({ length: count }, (_, i) => `api/sessions-${i + 1}.json`);
  const links = parts.map((part) => hrefTo(path, part));
  yield {
    path,
    key: state,
    render: () =>
      listJson({ version: 1, total: keyed.length, parts: links }, latest().slice(0, LISTED), path),
  };
  for (const [i, part] of parts.entries()) {
    const sessions = keyed.slice(i * LISTED, (i + 1) * LISTED);
    yield {
      path: part,
      key: hexDigest(sessions.map(({ mark }) => mark).join('\n')),
      render: () =>
        listJson(
          { version: 1 },
          sessions.map(({ entry }) => entry),
          part,
        ),
    };
  }
}

function* listJson(head: object, sessions: readonly SessionEntry[], path: string): Generator<string> {
  yield `${JSON.stringify(head).slice(0, -1)},"sessions":[`;
  let separator = '\n';
  for (const session of sessions) {
    const name = sessionName(session);
    const links = { page: hrefTo(path, sessionPath(name)), json: hrefTo(path, sessionJsonPath(name)) };
    yield `${separator}${JSON.stringify({ ...listedJson(session), ...links })}`;
    separator = ',\n';
  }
  yield '\n]}\n';
}

/** api/stats.json: sums of everything, by model, date and consumer. */
export function statsJson(totals: SiteTotals, site: SiteContext): string {
  const document = {
    version: 1,
    timezone: site.local.timeZone,
    ...(site.filter?.length && { filter: site.filter }),
    total: sumJson(totals.total),
    models: rowsJson('model', totals.models),
    dates: rowsJson('date', totals.days),
    consumers: rowsJson('consumer', totals.consumers),
    ...(totals.lostRounds > 0 && { lost_rounds: totals.lostRounds }),
  };
  return `${JSON.stringify(document)}\n`;
}

function rowsJson(key: string, entries: readonly [string, Row][]): object[] {
  return entries.map(([name, row]) => ({
    [key]: name === '' ? null : name,
    ...sumJson(row),
    ...(key !== 'model' && { models: namesByUse(row.models) }),
  }));
}
