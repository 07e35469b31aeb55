import { createHash } from 'node:crypto';
import { assets } from 'virtual:site-files';
import { DEFAULT_SESSION } from '../../ai-log/round.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import type { RoundPrices } from '../../query/why/round-prices.ts';
import { SessionWhy } from '../../query/why/session-why.ts';
import * as english from '../../texts/en.ts';
import { shownTime, zoneText } from '../clock.ts';
import { modelColours, slotsOf, withFirstUses } from '../model-colours.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';
import { cardsHtml } from './card-room.ts';
import { cardsOf } from './cards.ts';
import { Conversation } from './conversation.ts';
import { MOST_BYTES } from './pages.ts';
import { CARDS, cardContext, partFrame } from './part-page.ts';
import type { SessionPart, SessionSum } from './view.ts';

/** A session as a file. Its texts and its title may be redacted. */
export interface FileSource {
  entry: SessionEntry;
  /** Iterated twice. */
  expanded: Iterable<ExpandedRound>;
  /** What was taken out of the texts. */
  redacted: readonly string[];
}

/** Where the foot of the file says how to get the raw JSON. */
const RAW = 'raw';

/**
 * A session as one HTML file that needs no other: the page of a site, with all rounds, without scripts. Its rounds are
 * made part by part, each with the limits of a page, so that no more than one is in memory.
 */
export function* conversationHtml(
  source: FileSource,
  facts: Pick<SiteContext, 'now' | 'local' | 'moneyOf'> & { prices: RoundPrices },
): Generator<string> {
  const { entry } = source;
  const colours = modelColours(slotsOf(withFirstUses([], entry.usage)));
  const site: SiteContext = { ...facts, noContent: false, colours, language: 'en', texts: english };
  // What is above the rounds tells of all of them.
  const why = new SessionWhy(entry, facts.prices);
  const { part, sum } = lastOf(partsOf(source, site, why));
  const title = part.hasTitle ? (entry.title ?? '') : '';
  const whole: SessionPart = {
    ...part,
    page: 1,
    from: 1,
    to: sum.columns.length,
    blocks: [],
    columns: sum.columns,
    prompts: sum.prompts,
  };
  const pages = [{ page: 1, from: 1, to: whole.to }];
  const location = { path: '', name: '', title, pages, rawHref: `#${RAW}` };
  const frame = partFrame(whole, { location, entry, sum, family: null, why }, site);
  const hasTalk = sum.columns.some(({ hasText }) => hasText);
  const body = renderTemplate('session', {
    ...frame.data,
    sessionsHref: '',
    copied: '',
    partPath: '',
    files: null,
    hasTalk,
    hasClosed: false,
  });
  const document = documentOf({ ...frame, body }, source, site);
  const at = document.indexOf(CARDS);
  yield document.slice(0, at);
  const context = cardContext(whole, { location, entry }, site);
  let day = '';
  for (const { part: next } of partsOf(source, site)) {
    const cards = cardsOf(next.blocks, context, day);
    for (const html of cardsHtml(cards, MOST_BYTES, location.rawHref)) yield Buffer.from(html).toString();
    for (const card of cards) if (card.kind === 'session-round') day = card.time.iso.slice(0, 10);
  }
  yield document.slice(at + CARDS.length);
}

/** The parts of a session, as its pages have them. The last comes with the sum of all rounds. */
function* partsOf(
  { entry, expanded }: FileSource,
  { moneyOf }: SiteContext,
  why?: SessionWhy,
): Generator<{ part: SessionPart; sum?: SessionSum }> {
  const conversation = new Conversation({ isLoose: entry.id === DEFAULT_SESSION, moneyOf, why });
  for (const round of expanded) {
    const part = conversation.add(round);
    if (part) yield { part };
  }
  yield conversation.end();
}

function lastOf(parts: ReturnType<typeof partsOf>): { part: SessionPart; sum: SessionSum } {
  for (const { part, sum } of parts) if (sum) return { part, sum };
  throw new Error('a conversation has no last part');
}

function documentOf(
  { title, notes, body }: { title: string; notes: readonly string[]; body: string },
  { redacted }: FileSource,
  { now, local }: SiteContext,
): string {
  const year = local.isoOf(now).slice(0, 4);
  const styles = `${assets['site.css']}${assets['session.css']}`;
  return renderTemplate('one-file', {
    title,
    body,
    styles,
    stylesDigest: createHash('sha256').update(styles).digest('base64'),
    written: shownTime(now, local, year),
    zone: zoneText(local, year, english.zones),
    notes: [...(redacted.length > 0 ? [`Redacted: ${redacted.join(', ')}`] : []), ...notes],
    raw: RAW,
  });
}
