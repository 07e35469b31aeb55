import { isPruned, type SessionEntry } from '../model/session-entry.ts';
import { bucketOf } from '../model/usage-cell.ts';
import type { Language } from '../texts/languages.ts';
import type { Texts } from '../texts/texts.ts';
import type { Files } from '../platform/files.ts';
import type { AskedCurrency } from '../query/currency.ts';
import type { StoredSessions } from '../store/index/index.ts';
import type { Snapshot } from '../store/read.ts';
import { slotsOf, type FirstUses } from './model-colours.ts';
import { readFailures } from './health/known-failures.ts';
import { NotRemembered } from './lists/month-lists.ts';
import type { Progress, RenderOptions } from './render-options.ts';
import { familyView } from './family-of.ts';
import { siteSession, type SiteSession } from './shown-session.ts';
import { siteContext, type SiteContext, type SiteFacts } from './site-context.ts';
import type { SiteFilter } from './site-filter.ts';
import type { SiteWriter } from './site-writer.ts';
import type { Families } from './state/families.ts';
import type { Pieces } from './state/pieces.ts';
import type { SiteHead } from './state/site-head.ts';

/** One render: what it reads, what it writes, and what its pages have in common. */
export interface SiteJob {
  files: Files;
  snapshot: Snapshot;
  currency: AskedCurrency | undefined;
  /** In that currency. */
  sessions: StoredSessions;
  filter: SiteFilter;
  pieces: Pieces;
  writer: SiteWriter;
  options: RenderOptions;
  /** In the language of the options. */
  texts: Texts;
  /** See `SiteHead`. */
  store: string;
  common: string;
  settings: string;
  inputs: string;
  day: string;
  dayBegins: number;
  dayEnds: number;
  /** Sessions with their last round before this time have no pages; null: all have. */
  cut: number | null;
  onProgress: ((progress: Progress) => void) | undefined;
  /** The dimensions by which the store counts. */
  dimensions: readonly string[];
}

/** A job whose colours are known. */
export interface ColouredJob extends SiteJob {
  uses: FirstUses;
  facts: SiteFacts;
  site: SiteContext;
}

export function coloured(job: SiteJob, uses: FirstUses): ColouredJob {
  const { snapshot, options, filter, currency } = job;
  const facts: SiteFacts = {
    now: options.now,
    language: languageOf(options),
    noContent: snapshot.noContent,
    dir: snapshot.dir,
    dirs: snapshot.dirs,
    commits: snapshot.stores.map(({ state }) => state.commit),
    gateways: snapshot.stores.length > 1 ? snapshot.gateways : undefined,
    timeZone: options.local.timeZone,
    slots: slotsOf(uses),
    priceLines: snapshot.priceLines,
    currency,
    filter: filter.words,
    dimensions: job.dimensions,
  };
  return { ...job, uses, facts, site: siteContext(facts, job.texts, options.local) };
}

export const languageOf = ({ language = 'en' }: Pick<RenderOptions, 'language'>): Language => language;

export function shownAs({ site, cut, snapshot }: ColouredJob, entry: SessionEntry): SiteSession {
  const session = siteSession(entry, { colours: site.colours, cut });
  session.sentTo = () =>
    isPruned(entry) ? '' : (readFailures(snapshot.rounds(entry), entry).requests[0]?.sentTo ?? '');
  return session;
}

/** The commits that a site shows after the job. */
export function commitsOf({ snapshot }: SiteJob): Pick<SiteHead, 'index' | 'tailCrc' | 'others'> {
  const [first, ...others] = snapshot.stores.map(({ state, sessions }) => ({
    index: state.index,
    tailCrc: sessions.tailCrc,
  }));
  if (!first) throw new Error('a site without a store');
  return { ...first, ...(others.length > 0 && { others }) };
}

/** A session of the store, by its id. */
export function sessionOf(job: ColouredJob, id: string): SiteSession {
  const entry = job.sessions.get(id);
  if (!entry) throw new NotRemembered(id);
  return shownAs(job, entry);
}

/** The same, with the sessions around it if it has pages. */
export function withFamily(job: ColouredJob, session: SiteSession, families: Families): SiteSession {
  if (!session.hasPages) return session;
  const find = (id: string): SiteSession | undefined => {
    const entry = job.sessions.get(id);
    return entry && job.filter.matches(entry) === true ? shownAs(job, entry) : undefined;
  };
  return { ...session, family: familyView(session.entry, { families, find, hasCut: job.cut !== null }) };
}

/** The month in which a session began, in the site's time zone: `2026-11`. */
export function monthOf({ options }: SiteJob, created: number): string {
  return options.local.dateOf(bucketOf(created)).slice(0, 7);
}

export function dayOf({ options }: SiteJob, ms: number): string {
  return options.local.dateOf(bucketOf(ms));
}
