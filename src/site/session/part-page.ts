import { DEFAULT_SESSION } from '../../ai-log/round.ts';
import { printableId, cleanLine } from '../../platform/clean-text.ts';
import { exact, plural } from '../../platform/count-text.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { sessionTotals } from '../../query/aggregate.ts';
import { withCodeIsolated } from '../../query/conversation/marks.ts';
import type { SessionWhy } from '../../query/why/session-why.ts';
import { exactTime } from '../clock.ts';
import { costView, drawnCurrency } from '../cost-view.ts';
import { dateText, duration } from '../format.ts';
import { clipText, nameText } from '../model-view.ts';
import type { FamilyView } from '../family-view.ts';
import { assetHref } from '../layout.ts';
import { hrefTo, sessionPath } from '../names.ts';
import { BOUND_NOTE, PLUS_NOTE } from '../period.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';
import { cardsHtml } from './card-room.ts';
import { cardsOf, hasClosed, hasTalk, markOf, type CardContext } from './cards.ts';
import { sumOfColumns } from './column.ts';
import { fitting } from './fitting.ts';
import { pageFigures, sessionFigures } from './figures.ts';
import { shownGateways } from '../gateways.ts';
import { notesOf } from './notes.ts';
import { partsView } from './parts.ts';
import { promptLines } from './prompts.ts';
import { RichTexts } from './rich-texts.ts';
import { roundBars, timelineBars, type Bar } from './timeline-bars.ts';
import { drawTimeline, TIMELINE_HEIGHT } from './timeline.ts';
import { whyView } from './why-view.ts';
import type { Column, SessionPart, SessionSum } from './view.ts';

/** A page among the pages of its session. */
export interface PartLocation {
  path: string;
  /** Names the session's pages. */
  name: string;
  /** The session's title; empty if no question up to this page has text. */
  title: string;
  /** The pages up to this one. */
  pages: SessionSum['pages'];
  /** The raw JSON; in a file of its own, what says how to get it. */
  rawHref: string;
}

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
    timeline: columns.length > 1 ? timelineData(columns, hrefOf, site) : null,
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
    ends: others.map(({ to }) => to).join(' '),
    firstEnd: others[0] && others[0].page > 1 ? others[0].page : 0,
    partPath: hrefTo(location.path, sessionPath(location.name, 0)),
  };
  const notes = [...(isUnpriced ? [PLUS_NOTE] : []), ...(cost.bounds ? [BOUND_NOTE] : [])];
  return { title, data, notes };
}

const texts = new WeakMap<SiteContext, RichTexts>();

/** Shared by all pages of a render. */
function textsOf(site: SiteContext): RichTexts {
  let known = texts.get(site);
  if (!known) texts.set(site, (known = new RichTexts()));
  return known;
}

/** Makes links to rounds up to this page. */
function linker(
  part: Pick<SessionPart, 'from' | 'to'>,
  { path, name, pages }: PartLocation,
): (round: number) => string {
  return (round) => {
    const fragment = `r-${round}`;
    if (round >= part.from && round <= part.to) return `#${fragment}`;
    const page = pages.find(({ from, to }) => round >= from && round <= to)?.page;
    return page === undefined ? `#${fragment}` : hrefTo(path, sessionPath(name, page), fragment);
  };
}

/** `20 Nov 2026, 09:14 to 16:21` */
function spanOf(columns: readonly Column[], { local }: SiteContext): { text: string; exact: string } {
  const times = columns.map(({ time }) => time);
  const from = local.isoOf(times.reduce((a, b) => Math.min(a, b), Infinity));
  const to = local.isoOf(times.reduce((a, b) => Math.max(a, b), -Infinity));
  const end = from.slice(0, 10) === to.slice(0, 10) ? to.slice(11, 16) : minuteOf(to);
  const isOne = from.slice(0, 16) === to.slice(0, 16);
  return {
    text: isOne ? minuteOf(from) : `${minuteOf(from)} to ${end}`,
    exact: `${exactTime(from)} to ${exactTime(to)}`,
  };
}

function minuteOf(iso: string): string {
  return `${dateText(iso.slice(0, 10))}, ${iso.slice(11, 16)}`;
}

function consumersText(consumers: readonly string[]): { label: string; names: string } | null {
  if (consumers.length === 0) return null;
  const names = consumers.slice(0, 3).map(nameText);
  const more = consumers.length > 3 ? ` and ${exact(consumers.length - 3)} more` : '';
  return { label: consumers.length === 1 ? 'Consumer' : 'Consumers', names: names.join(', ') + more };
}

interface TimelineData {
  axis: string;
  axisWidth: number;
  plot: string;
  height: number;
  legend: { models: ReturnType<typeof markOf>[]; failed: string; hasUnpriced: boolean };
  size: string;
  summary: string;
  rows: readonly object[];
  /** The number of rows without room, in words; empty if there are none. */
  moreRows: string;
}

const TABLE_BYTES = 150_000;
/** The table has a row for each of so many rounds; with more, one for each bar. */
const MOST_ROWS = 500;

function timelineData(
  columns: readonly Column[],
  hrefOf: (round: number) => string,
  site: SiteContext,
): TimelineData {
  const { currency, sign, leftOut } = drawnCurrency(sumOfColumns(columns));
  const { bars, size } = timelineBars(columns, currency);
  const isSingle = columns.length <= MOST_ROWS;
  const lines = isSingle ? roundBars(columns, currency) : bars;
  const timeOf = (ms: number): string => exactTime(site.local.isoOf(ms)).slice(0, 19);
  const slotOf = (model: string): number => site.colours.slotOf(model);
  const all = lines.map((bar) => tableRow(bar, hrefOf, timeOf));
  const rows = all.slice(0, fitting(all, TABLE_BYTES));
  const style = { slotOf, hrefOf, timeOf, nameOf: nameText, sign };
  return {
    ...drawTimeline(bars, style),
    height: TIMELINE_HEIGHT,
    legend: legendOf(columns, site),
    size: [
      ...(size > 1 ? [`One bar is ${size} rounds${isSingle ? '' : ', and so is one row of the table'}`] : []),
      ...(leftOut === '' ? [] : [`Costs are drawn in ${currency}; ${leftOut} is left out`]),
    ].join('. '),
    summary: `Input tokens and cost of ${plural(columns.length, 'round')}`,
    rows,
    moreRows:
      rows.length < lines.length
        ? `${plural(lines.length - rows.length, 'more row')} of this table: see the raw JSON`
        : '',
  };
}

const MOST_LEGEND = 7;

function legendOf(columns: readonly Column[], site: SiteContext): TimelineData['legend'] {
  const priced = new Map<string, boolean>();
  for (const { usage } of columns)
    priced.set(usage.model, (priced.get(usage.model) ?? false) || usage.price !== 'unpriced');
  return {
    models: [...priced].slice(0, MOST_LEGEND).map(([model, isPriced]) => markOf(model, !isPriced, site)),
    failed: failedWords(columns),
    hasUnpriced: columns.some(({ usage }) => usage.price === 'unpriced'),
  };
}

/** What `!` in the timeline means on this page. */
function failedWords(columns: readonly Column[]): string {
  const tools = columns.some(({ failedTools }) => failedTools > 0);
  const requests = columns.some(({ status }) => status !== null);
  return tools && requests
    ? 'failed tool or request'
    : tools
      ? 'failed tool'
      : requests
        ? 'failed request'
        : '';
}

function tableRow(bar: Bar, hrefOf: (round: number) => string, timeOf: (ms: number) => string): object {
  const number = bar.from === bar.to ? `#${exact(bar.from)}` : `#${exact(bar.from)} to #${exact(bar.to)}`;
  const others = bar.models.length > 1 ? ` + ${bar.models.length - 1} more` : '';
  return {
    href: hrefOf(bar.target),
    number,
    time: timeOf(bar.time),
    model: nameText(bar.models[0] ?? '') + others,
    input: exact(bar.input),
    cached: exact(bar.cached),
    output: exact(bar.output),
    cost: bar.cost.isKnown || bar.cost.isUnpriced ? bar.cost.text : '–',
    costExact: bar.cost.bounds ? bar.cost.exact : '',
    unpriced: bar.cost.missing,
    failed: [
      ...(bar.failedTools > 0 ? [plural(bar.failedTools, 'failed tool')] : []),
      ...(bar.status === null ? [] : [`HTTP ${bar.status}`]),
    ].join(', '),
    idle: bar.idleMs > 0 ? duration(bar.idleMs) : '',
  };
}

/** Links between the pages of a session; null if it has only one. */
function pagerOf(
  part: SessionPart,
  { path, name, pages }: PartLocation,
  sum: SessionSum | null,
): object | null {
  if (sum && pages.length === 1) return null;
  const range = `#${exact(part.from)} to #${exact(part.to)}`;
  const hrefOfPage = (page: number): string => hrefTo(path, sessionPath(name, page));
  return {
    text: `Page ${exact(part.page)}: rounds ${range}`,
    older: part.page > 1 ? hrefOfPage(part.page - 1) : '',
    // A closed page always has a next one, whose path will not change.
    newer: sum ? '' : hrefOfPage(part.page + 1),
    newest: sum ? '' : hrefTo(path, sessionPath(name)),
    numbers: sum ? pageNumbers(part.page).map((page) => (page === null ? GAP : numberOf(page))) : [],
  };

  function numberOf(page: number): object {
    const at = pages[page - 1];
    return {
      isGap: false,
      text: exact(page),
      title: `Rounds #${exact(at?.from ?? 0)} to #${exact(at?.to ?? 0)}`,
      href: page === part.page ? '' : hrefOfPage(page),
    };
  }
}

const GAP = { isGap: true, text: '', title: '', href: '' };

/** 1 2 3 … 98 99 100 */
function pageNumbers(last: number): (number | null)[] {
  if (last <= 9) return Array.from({ length: last }, (_, i) => i + 1);
  return [1, 2, 3, null, last - 3, last - 2, last - 1, last];
}
