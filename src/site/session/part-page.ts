import { DEFAULT_SESSION } from '../../ai-log/round.ts';
import { printableId, cleanLine } from '../../platform/clean-text.ts';
import { plural } from '../../platform/count-text.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { sessionTotals } from '../../query/aggregate.ts';
import { withCodeIsolated } from '../../query/conversation/marks.ts';
import type { SessionWhy } from '../../query/why/session-why.ts';
import { costView } from '../cost-view.ts';
import { clipText, nameText } from '../model-view.ts';
import type { FamilyView } from '../family-view.ts';
import { assetHref } from '../layout.ts';
import { hrefTo, linkName, roundsPath, sessionPath } from '../names.ts';
import { BOUND_NOTE, PLUS_NOTE } from '../period.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';
import { cardsHtml } from './card-room.ts';
import { cardsOf, hasClosed, hasTalk, type CardContext } from './cards.ts';
import { sumOfColumns } from './column.ts';
import { pageFigures, sessionFigures } from './figures.ts';
import { shownGateways } from '../gateways.ts';
import { notesOf } from './notes.ts';
import { consumersText, spanOf } from './page-words.ts';
import { pagerOf } from './pager.ts';
import { linker, type PartLocation } from './part-location.ts';
import { partsView } from './parts.ts';
import { promptLines } from './prompts.ts';
import { RichTexts } from './rich-texts.ts';
import { timelineView } from './timeline-view.ts';
import { whyView } from './why-view.ts';
import type { SessionPart, SessionSum } from './view.ts';

export interface PartSource {
  location: PartLocation;
  entry: SessionEntry;
  /** null on a closed page, which must not change when rounds are added. */
  sum: SessionSum | null;
  /** The sessions around it; null on a closed page. */
  family: FamilyView | null;
  /** Undefined on a closed page. */
  why: SessionWhy | undefined;
}

/** Stands in a page's markup where its cards go. Escaped text cannot have it. */
export const CARDS = '<!--cards-->';

/** A page's markup, without its frame. */
interface PartPage {
  title: string;
  /** With CARDS. */
  body: string;
  notes: string[];
  /** The cards as HTML in at most so many bytes. */
  cards: (room: number) => Uint8Array[];
}

/** Longer ids are shortened. */
const LONGEST_ID = 200;
const LONGEST_COPIED = 4_000;
/** Of how many pages a page has the last round. */
const MOST_ENDS = 4_000;

export function partPage(part: SessionPart, source: PartSource, site: SiteContext): PartPage {
  const { location, sum } = source;
  const context = cardContext(part, source, site);
  const cards = cardsOf(part.blocks, context);
  const { data, title, notes } = partFrame(part, source, site);
  return {
    title: sum || part.page === 1 ? title : `${title}, page ${part.page}`,
    body: renderTemplate('session', { ...data, hasTalk: hasTalk(cards), hasClosed: hasClosed(cards) }),
    notes,
    cards: (room) => cardsHtml(cards, room, location.rawHref),
  };
}

/** What the cards of a part are made with. */
export function cardContext(
  part: Pick<SessionPart, 'columns' | 'from' | 'to'>,
  { location, entry }: Pick<PartSource, 'location' | 'entry'>,
  site: SiteContext,
): CardContext {
  return {
    texts: textsOf(site),
    hrefOf: linker(part, location),
    rawHref: location.rawHref,
    isLoose: entry.id === DEFAULT_SESSION,
    site,
    largestInput: part.columns.reduce((largest, { usage }) => Math.max(largest, usage.input), 0),
  };
}

/** What a page shows around its cards: the data of its template, but for what depends on the cards. */
export function partFrame(
  part: SessionPart,
  { location, entry, sum, family, why }: PartSource,
  site: SiteContext,
): { title: string; data: object; notes: string[] } {
  const columns = sum?.columns ?? part.columns;
  const hrefOf = linker(part, location);
  const whole = printableId(entry.id);
  const id = clipText(whole, LONGEST_ID);
  const title = location.title === '' ? id : withCodeIsolated(cleanLine(location.title));
  const { lines: prompts, more } = sum
    ? promptLines(sum.prompts, sum.pages, hrefOf)
    : promptLines(part.prompts, [], hrefOf);
  const others = location.pages.filter(({ page }) => page !== part.page).slice(-MOST_ENDS);
  const isUnpriced = columns.some(({ usage }) => usage.price === 'unpriced');
  // The whole session's cost comes from the index, like its figure.
  const cost = costView(sum ? sessionTotals(entry) : sumOfColumns(columns));
  // A file of its own has no other files.
  const roundsHref = location.name === '' ? '' : hrefTo(location.path, roundsPath(location.name, 0));
  const data = {
    title,
    hasTitle: location.title !== '',
    id,
    copied: whole.length > LONGEST_COPIED ? '' : whole,
    sessionsHref: hrefTo(location.path, 'sessions/index.html'),
    crumb: nameText(part.consumers[0] ?? ''),
    time: spanOf(columns, site),
    consumers: consumersText(part.consumers),
    // A closed page does not change when the session goes on.
    gateways: sum ? shownGateways(entry, site) : null,
    notes: notesOf(part, entry, site),
    figures: (sum ? sessionFigures(entry, columns, site) : pageFigures(entry, columns, site)).map(
      (figure) => ({
        ...figure,
        failedHref: figure.failedRound === null ? '' : hrefOf(figure.failedRound),
      }),
    ),
    bounds: cost.bounds,
    why: why ? whyView(why, hrefOf) : null,
    parts: sum ? partsView(family, columns, { path: location.path, id, hrefOf }) : { up: null, table: null },
    timeline: columns.length > 1 ? timelineView(columns, hrefOf, site, sum ? roundsHref : '') : null,
    prompts,
    promptDigits: Math.max(2, ...prompts.map(({ number }) => number.length)),
    morePrompts: more > 0 ? `${plural(more, 'earlier prompt')}, on older pages` : '',
    promptCount: plural(sum?.prompts.length ?? part.prompts.length, 'prompt'),
    rawHref: location.rawHref,
    cards: CARDS,
    hasRounds: part.blocks.length > 0,
    pager: pagerOf(part, location, sum),
    files: site.noContent
      ? null
      : { script: assetHref(location.path, 'conversation-file.js'), zone: site.local.timeZone },
    find:
      site.noContent || location.name === ''
        ? null
        : {
            script: assetHref(location.path, 'session-find.js'),
            base: hrefTo(location.path, ''),
            name: linkName(location.name),
            year: site.local.isoOf(site.now).slice(0, 4),
          },
    failed: failedRounds(columns),
    newest: sum ? '' : hrefTo(location.path, sessionPath(location.name)),
    ends: others.map(({ to }) => to).join(' '),
    firstEnd: others[0] && others[0].page > 1 ? others[0].page : 0,
    partPath: hrefTo(location.path, sessionPath(location.name, 0)),
  };
  const notes = [...(isUnpriced ? [PLUS_NOTE] : []), ...(cost.bounds ? [BOUND_NOTE] : [])];
  return { title, data, notes };
}

/** The first rounds with a failure. */
function failedRounds(columns: SessionPart['columns']): string {
  return columns
    .filter(({ failedTools, status }) => failedTools > 0 || status !== null)
    .slice(0, MOST_ENDS)
    .map(({ number }) => number)
    .join(' ');
}

const texts = new WeakMap<SiteContext, RichTexts>();

/** Shared by all pages of a render. */
function textsOf(site: SiteContext): RichTexts {
  let known = texts.get(site);
  if (!known) texts.set(site, (known = new RichTexts()));
  return known;
}
