import { isPruned, type SessionEntry } from '../model/session-entry.ts';
import type { Answer } from '../query/usage-filter.ts';
import { keepHeapSmall } from '../platform/heap.ts';
import type { ChangedSession } from '../store/index/index.ts';
import { PreparedLists } from './prepared/prepared-lists.ts';
import { pageMark } from './family-view.ts';
import { SiteHealth } from './health/site-health.ts';
import { LATEST, LatestList } from './lists/latest-list.ts';
import { listRow, type ListRow } from './lists/list-row.ts';
import { MonthLists, NotRemembered, type MonthChanges } from './lists/month-lists.ts';
import { keepsColours, withFirstUses } from './model-colours.ts';
import { removePages, writeSessions, type DueSession } from './session-writer.ts';
import { keyOfId, type SiteSession } from './shown-session.ts';
import type { GivenBudget } from './remembered-filter.ts';
import { writeSite } from './shown-site.ts';
import { shownCommits } from './shown-stores.ts';
import {
  coloured,
  commitsOf,
  dayOf,
  monthOf,
  sessionOf,
  shownAs,
  withFamily,
  type ColouredJob,
  type SiteJob,
} from './site-job.ts';
import { Families } from './state/families.ts';
import { ContextSums } from './context/context-sums.ts';
import { readRecent, writeRecent } from './state/recent-file.ts';
import { moveMark, type MonthCount, type SiteHead, type SiteSums } from './state/site-head.ts';
import { readShard, shardOf, writeShard, type Shard, type ShownSession } from './state/session-shards.ts';
import { readSums, writeSums } from './state/sums-file.ts';
import { addToSums } from './totals.ts';

/**
 * Brings the site from the commit that it shows to the store's last one, by what the index's tail says has changed since:
 * the effort does not grow with the store. Throws NotRemembered if the site does not remember enough; then everything has
 * to be compared.
 */
export async function renderChanges(plain: SiteJob, head: SiteHead): Promise<SiteHead> {
  // Few pages take little time; what they take of a busy gateway's memory matters more.
  keepHeapSmall();
  const moments = shownCommits(head).map(({ index, tailCrc }) => ({ length: index.length, crc: tailCrc }));
  const all = plain.sessions.changedSince(moments);
  if (!all) throw new NotRemembered('the commit');
  // A commit of lines that are no AI calls.
  if (all.length === 0 && isOfNow(plain, head)) return { ...head, ...commitsOf(plain) };
  const seen = all.map((change) => seenChange(plain, change));
  const changes = seen.flatMap(shownChange);
  const added = changes.flatMap(({ before, after }) => after.usage.slice(before?.usage.length ?? 0));
  const uses = withFirstUses(head.slots, added);
  if (!keepsColours(head.slots, uses)) throw new NotRemembered('colours');
  const job = coloured(plain, uses);

  const rows = readSums(job.pieces, job.dimensions);
  const latest = LatestList.remembered(job.pieces, job.writer, job.site, (id) => sessionOf(job, id));
  const health = SiteHealth.remembered(job);
  // What is remembered of the last days is of no use for earlier ones.
  const recent =
    job.day < head.day || !rows
      ? undefined
      : readRecent(job.pieces, job.day, job.options.local, rows.dimensions);
  const contexts = ContextSums.remembered(job.pieces);
  const prepared = PreparedLists.remembered(job.pieces, job.options.local);
  if (!rows || !latest || !recent || !health || !contexts) throw new NotRemembered('sums');
  const { dimensions } = rows;
  dimensions.admit(added);
  const sums = { ...head.sums, today: todayOf(job, head, latest) };
  for (const { was, is } of seen) sums.undecided += Number(is === undefined) - Number(was === undefined);
  const lists = new ListChanges(job);
  const families = new Families(head.families, job.pieces);
  const relatives = relativesOf(job, changes, families);
  const due: DueSession[] = [];
  const shards = new Map<string, Shard>();
  for (const { before, after } of changes) {
    const session = withFamily(job, shownAs(job, after), families);
    const old = before && shownAs(job, before);
    const more = after.usage.slice(before?.usage.length ?? 0);
    health.add(session, before);
    addToSums(rows.sums, after.id, before?.usage ?? [], more, job.options.local);
    dimensions.add(before?.usage ?? [], more);
    prepared.add(session, old);
    recent.add(after.id, before?.usage ?? [], more);
    recent.begin(dayOf(job, after.created), before && dayOf(job, before.created));
    if (!old) sums.sessions++;
    if (old && !old.isListed) sums.pruned--;
    sums.updated = Math.max(sums.updated, after.updated);
    sums.today += isToday(job, session) - (old ? isToday(job, old) : 0);
    const shard = shardIn(shards, job, session.key);
    const shown = shard.get(session.key);
    if (old?.isListed === true && shown === undefined) throw new NotRemembered(after.id);
    sums.marks = moveMark(sums.marks, old?.mark, session.mark);
    sums.files -= shown?.pages.length ?? 0;
    lists.add(old, session);
    if (!session.hasPages) {
      removePages(job, shown);
      contexts.replace(session, shown?.facts ?? '', '');
      shard.set(session.key, { mark: pageMark(session), pages: [], facts: '' });
      continue;
    }
    due.push(dueSession(session, shown, shard, { sums, contexts }));
  }
  for (const entry of relatives) {
    const session = withFamily(job, shownAs(job, entry), families);
    if (!session.hasPages) continue;
    const shard = shardIn(shards, job, session.key);
    const shown = shard.get(session.key);
    if (!shown) throw new NotRemembered(entry.id);
    sums.files -= shown.pages.length;
    due.push(dueSession(session, shown, shard, { sums, contexts }));
  }

  await writeSessions(job, due, false);
  for (const [name, shard] of shards) writeShard(job.pieces, name, shard);
  const months = lists.write(head, (files) => (sums.files += files));
  latest.update(lists.latest);
  writeSums(job.pieces, rows.sums, dimensions);
  health.write();
  contexts.write(job.pieces);
  writeRecent(job.pieces, recent);
  const names = families.write(job.pieces, false);
  const shown = {
    sums,
    rows: rows.sums,
    dimensions,
    contexts,
    recent,
    prepared,
    months,
    latest,
    health,
    families: names,
  };
  return writeSite(job, shown, head, false);
}

function dueSession(
  session: SiteSession,
  shown: ShownSession | undefined,
  shard: Shard,
  { sums, contexts }: { sums: SiteSums; contexts: ContextSums },
): DueSession {
  return {
    session,
    shown,
    done(pages, facts) {
      shard.set(session.key, { mark: pageMark(session), pages, facts });
      contexts.replace(session, shown?.facts ?? '', facts);
      sums.files += pages.length;
    },
  };
}

/**
 * Adds the changes to the families, and returns the other sessions whose pages show something of them: at most a few
 * levels above each, and the children of a session that is new.
 */
function relativesOf(
  { sessions, filter }: ColouredJob,
  changes: readonly ChangedSession[],
  families: Families,
): SessionEntry[] {
  const usageOf = (id: string): SessionEntry['usage'] => sessions.get(id)?.usage ?? [];
  const ids = new Set<string>();
  for (const { before, after } of changes) for (const id of families.add(after, before, usageOf)) ids.add(id);
  for (const { before, after } of changes) {
    const family = before ? undefined : families.of(after.id);
    if (!family) continue;
    if (family.children > family.top.length) throw new NotRemembered(after.id);
    for (const { id } of family.top) ids.add(id);
  }
  for (const { after } of changes) ids.delete(after.id);
  return [...ids].flatMap((id) => {
    const entry = sessions.get(id);
    return entry && filter.matches(entry) === true && !isPruned(entry) ? [entry] : [];
  });
}

function isOfNow({ day, inputs, options, filter: { budget } }: SiteJob, head: SiteHead): boolean {
  return (
    head.day === day &&
    head.refresh === options.refresh &&
    head.inputs === inputs &&
    isSameBudget(budget, head.budget)
  );
}

function isSameBudget(a: GivenBudget | null, b: Partial<GivenBudget> = {}): boolean {
  return a?.amount === b.amount && a?.currency === b.currency && a?.per === b.per;
}

/** A change, and whether the site's filter shows the session before and after it; undefined if the store does not know. */
interface SeenChange extends ChangedSession {
  was: Answer;
  is: Answer;
}

/** A session that is new was not shown. */
function seenChange({ filter }: SiteJob, change: ChangedSession): SeenChange {
  const { before, after } = change;
  return { ...change, was: before ? filter.matches(before) : false, is: filter.matches(after) };
}

/** A change as the site shows it: a session that its filter did not show before is new to it. */
function shownChange({ before, after, was, is }: SeenChange): ChangedSession[] {
  // A filter's answer changes only from no to yes.
  if (was === true && is !== true) throw new NotRemembered(after.id);
  // It has no pages, and lists do not have it: only a prune leaves a session like this.
  if (is === true && isPruned(after)) throw new NotRemembered(after.id);
  return is === true ? [{ before: was === true ? before : undefined, after }] : [];
}

/** How many sessions had their last round today, before these changes. */
function todayOf(job: ColouredJob, { day, sums }: SiteHead, { rows }: LatestList): number {
  if (day === job.day) return sums.today;
  const ofToday = rows.filter(({ at }) => dayOf(job, at) === job.day).length;
  if (ofToday === LATEST) throw new NotRemembered('the sessions of today');
  return ofToday;
}

function isToday(job: ColouredJob, { entry }: SiteSession): number {
  return dayOf(job, entry.updated) === job.day ? 1 : 0;
}

function shardIn(shards: Map<string, Shard>, { pieces }: ColouredJob, key: string): Shard {
  const name = shardOf(key);
  let shard = shards.get(name);
  if (!shard) shards.set(name, (shard = readShard(pieces, name)));
  return shard;
}

/** What changes in lists, by month. */
class ListChanges {
  readonly #job: ColouredJob;
  readonly #months = new Map<string, MonthChanges>();
  readonly latest: ListRow[] = [];

  constructor(job: ColouredJob) {
    this.#job = job;
  }

  add(old: SiteSession | undefined, session: SiteSession): void {
    const { local } = this.#job.options;
    if (old?.isListed)
      this.#changesOf(old).removed.push({ at: old.entry.created, key: keyOfId(old.entry.id) });
    this.#changesOf(session).added.push(listRow(session, session.entry.created, local));
    this.latest.push(listRow(session, session.entry.updated, local));
  }

  /** Writes the lists of these months. Returns what each month has; `count` gets the number of new files. */
  write(head: SiteHead, count: (files: number) => void): MonthCount[] {
    const { pieces, writer, site } = this.#job;
    const listing = {
      pieces,
      writer,
      site,
      isAnew: false,
      sessionOf: (id: string) => sessionOf(this.#job, id),
    };
    const months = new Map(head.months.map((counts) => [counts[0], counts]));
    for (const [month, changes] of this.#months) {
      const lists = new MonthLists(listing, month);
      const sessions = lists.update(changes);
      if (sessions === 0) months.delete(month);
      else months.set(month, [month, sessions, lists.lastDay]);
      count(lists.files - lists.filesBefore);
    }
    return [...months.values()].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  #changesOf({ entry }: SiteSession): MonthChanges {
    const month = monthOf(this.#job, entry.created);
    let changes = this.#months.get(month);
    if (!changes) this.#months.set(month, (changes = { removed: [], added: [] }));
    return changes;
  }
}
