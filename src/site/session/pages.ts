import type { ReadRound } from '../../session-format/expand-rounds.ts';
import { DEFAULT_SESSION } from '../../ai-log/round.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { hexDigest } from '../../platform/digest.ts';
import { pruneMarks, type SessionEntry } from '../../model/session-entry.ts';
import { layOut } from '../layout.ts';
import { hrefTo, sessionPath } from '../names.ts';
import type { Page } from '../page.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';
import { Conversation } from './conversation.ts';
import { partPage, type PartPlace } from './part-page.ts';
import type { SessionPart, SessionSum } from './view.ts';

/** One session, as its pages are made of it. */
export interface SessionSource {
  entry: SessionEntry;
  /** What its pages are called: `sessionPath(name)`. */
  name: string;
  /** Its stored rounds; can be gone through several times. */
  rounds: Iterable<ReadRound>;
  /** The same with their requests. */
  expanded: Iterable<ExpandedRound>;
}

/**
 * The pages of a session: its closed ones, then the newest, which has the session's own path. Each is made as soon as
 * its rounds were read. Where a closed page's "next" leads, there must be a page: while the newest has no number of
 * its own, what stands there leads on to it.
 */
export function* sessionPages(source: SessionSource, site: SiteContext): Generator<Page> {
  const { entry, name } = source;
  const isLoose = entry.id === DEFAULT_SESSION;
  const conversation = new Conversation({ isLoose, moneyOf: site.moneyOf });
  const pages: SessionSum['pages'] = [];
  for (const round of source.expanded) {
    const closed = conversation.add(round);
    if (!closed) continue;
    pages.push({ page: closed.page, from: closed.from, to: closed.to });
    yield closedPage(closed, [...pages], source, site);
  }
  const { part, sum } = conversation.end();
  if (part.page > 1) yield signpost(part, name, site);
  const place = placeOf(part, sum.pages, source, sessionPath(name));
  yield {
    path: place.path,
    key: hexDigest(`${entry.end} ${entry.last.crc} ${part.digest} ${slots(part, site)} ${pruneKey(entry)}`),
    render: () => frame(place, partPage(part, { place, entry, sum }, site), site),
  };
}

function closedPage(
  part: SessionPart,
  pages: SessionSum['pages'],
  source: SessionSource,
  site: SiteContext,
): Page {
  const { entry, name } = source;
  const place = placeOf(part, pages, source, sessionPath(name, part.page));
  return {
    path: place.path,
    key: hexDigest(
      `${entry.id} ${part.page} ${part.hasTitle} ${part.digest} ${slots(part, site)} ${pruneKey(entry)}`,
    ),
    render: () => frame(place, partPage(part, { place, entry, sum: null }, site), site),
  };
}

/** A page that leads to the newest, which will have its path one day. */
function signpost({ page }: SessionPart, name: string, site: SiteContext): Page {
  const path = sessionPath(name, page);
  const href = hrefTo(path, sessionPath(name));
  return {
    path,
    key: 'signpost',
    render: () => renderTemplate('session-signpost', { href, script: scriptHref(path, site) }),
  };
}

function scriptHref(path: string, _site: SiteContext): string {
  return hrefTo(path, 'assets/session.js');
}

function placeOf(
  part: SessionPart,
  pages: SessionSum['pages'],
  { entry, name }: SessionSource,
  path: string,
): PartPlace {
  return { path, name, title: part.hasTitle ? (entry.title ?? '') : '', pages };
}

/** The colours of the models on a page. */
function slots({ columns }: SessionPart, { colours }: SiteContext): string {
  return [...new Set(columns.map(({ usage }) => colours.slotOf(usage.model)))].join('');
}

/** What a page's notes follow from, beside its rounds: a text is gone for ever, the date at which may change. */
function pruneKey(entry: SessionEntry): string {
  return JSON.stringify(pruneMarks(entry));
}

function frame(
  place: PartPlace,
  { title, body, notes }: { title: string; body: string; notes: string[] },
  site: SiteContext,
): string {
  return layOut(
    {
      path: place.path,
      title,
      current: 'sessions',
      body,
      styles: ['session.css'],
      scripts: ['session.js'],
      notes,
    },
    site,
  );
}
