import type { ReadRound } from '../../session-format/read-round.ts';
import { DEFAULT_SESSION } from '../../ai-log/round.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { hexDigest } from '../../platform/digest.ts';
import { pruneMarks, type SessionEntry } from '../../model/session-entry.ts';
import { SessionWhy } from '../../query/why/session-why.ts';
import { contextFacts } from '../context/context-facts.ts';
import { familyKey, type FamilyView } from '../family-view.ts';
import { layOut } from '../layout.ts';
import { hrefTo, sessionJsonPath, sessionPath } from '../names.ts';
import type { Page } from '../page.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';
import { Conversation } from './conversation.ts';
import type { PartLocation } from './part-location.ts';
import { CARDS, partPage } from './part-page.ts';
import { roundFiles } from './round-files.ts';
import type { SessionPart, SessionSum } from './view.ts';

/** No page is longer. */
export const MOST_BYTES = 1_000_000;

/** What a session's pages are made from. */
export interface SessionSource {
  entry: SessionEntry;
  /** Names its pages: `sessionPath(name)`. */
  name: string;
  /** Its stored rounds. Can be iterated several times. */
  rounds: Iterable<ReadRound>;
  /** The same rounds with their requests. */
  expanded: Iterable<ExpandedRound>;
  /** The sessions around it. */
  family?: FamilyView | null;
}

/**
 * The pages of a session: the closed ones, then the newest, which has the session's own path. Each is made as soon as
 * its rounds are read. The last closed page links to the next number, which will be the newest page's once that is
 * closed; until then a signpost there leads to the newest page.
 */
export function* sessionPages(source: SessionSource, site: SiteContext): Generator<Page> {
  const { entry, name, family = null } = source;
  const isLoose = entry.id === DEFAULT_SESSION;
  const why = site.prices && new SessionWhy(entry, site.prices);
  const conversation = new Conversation({ isLoose, moneyOf: site.moneyOf, why });
  const pages: SessionSum['pages'] = [];
  for (const round of source.expanded) {
    const closed = conversation.add(round);
    if (!closed) continue;
    pages.push({ page: closed.page, from: closed.from, to: closed.to });
    yield closedPage(closed, [...pages], source, site);
  }
  const { part, sum } = conversation.end();
  if (part.page > 1) yield signpost(part, name);
  const location = locationOf(part, sum.pages, source, sessionPath(name));
  yield {
    path: location.path,
    key: hexDigest(
      `${entry.end} ${entry.last.crc} ${part.digest} ${slots(part, site)} ${pruneKey(entry)}${familyKey(family)}`,
    ),
    facts: why && contextFacts(why),
    render: () =>
      frame(location, partPage(part, { location, entry, sum, family, why }, site), site, entry.rounds),
  };
  yield* roundFiles(name, sum.columns, site);
}

function closedPage(
  part: SessionPart,
  pages: SessionSum['pages'],
  source: SessionSource,
  site: SiteContext,
): Page {
  const { entry, name } = source;
  const location = locationOf(part, pages, source, sessionPath(name, part.page));
  return {
    path: location.path,
    key: hexDigest(
      `${entry.id} ${part.page} ${part.hasTitle} ${part.digest} ${slots(part, site)} ${pruneKey(entry)}`,
    ),
    render: () =>
      frame(
        location,
        partPage(part, { location, entry, sum: null, family: null, why: undefined }, site),
        site,
      ),
  };
}

/** Stands in for the page that the newest one becomes when it is closed, and leads to it. */
function signpost({ page }: SessionPart, name: string): Page {
  const path = sessionPath(name, page);
  const href = hrefTo(path, sessionPath(name));
  return {
    path,
    key: 'signpost',
    render: () => renderTemplate('session-signpost', { href, script: hrefTo(path, 'assets/session.js') }),
  };
}

function locationOf(
  part: SessionPart,
  pages: SessionSum['pages'],
  { entry, name }: SessionSource,
  path: string,
): PartLocation {
  const title = part.hasTitle ? (entry.title ?? '') : '';
  return { path, name, title, pages, rawHref: hrefTo(path, sessionJsonPath(name)) };
}

/** The colours of the models on a page. */
function slots({ columns }: SessionPart, { colours }: SiteContext): string {
  return [...new Set(columns.map(({ usage }) => colours.slotOf(usage.model)))].join('');
}

/** What a page's notes depend on besides its rounds: what was pruned, and when. */
function pruneKey(entry: SessionEntry): string {
  return JSON.stringify(pruneMarks(entry));
}

function frame(
  location: PartLocation,
  { title, body, notes, cards }: ReturnType<typeof partPage>,
  site: SiteContext,
  rounds?: number,
): Uint8Array<ArrayBuffer> {
  const page = layOut(
    {
      path: location.path,
      title,
      current: 'sessions',
      body,
      styles: ['session.css'],
      scripts: ['session.js'],
      loads: !site.noContent,
      notes,
      ...(rounds !== undefined && { rounds }),
    },
    site,
  );
  const at = page.indexOf(CARDS);
  const before = Buffer.from(page.slice(0, at));
  const after = Buffer.from(page.slice(at + CARDS.length));
  return Buffer.concat([before, ...cards(MOST_BYTES - before.length - after.length), after]);
}
