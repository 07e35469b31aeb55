import type { SessionEntry, SessionUsage } from '../model/session-entry.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import { FirstFew } from '../platform/first-few.ts';
import { growHeapSlowly } from '../platform/heap.ts';
import { cellsOf } from '../store/index/index.ts';
import { pageMark } from './family-view.ts';
import { SiteHealth } from './health/site-health.ts';
import { LATEST, LatestList } from './lists/latest-list.ts';
import { familiesOf, Families, removeFamilies } from './state/families.ts';
import { latestFirst, listRow } from './lists/list-row.ts';
import { MonthLists } from './lists/month-lists.ts';
import { SessionTable } from './lists/session-table.ts';
import { withFirstUses, type FirstUses } from './model-colours.ts';
import { ContextSums } from './context/context-sums.ts';
import { DimensionSums } from './dimension-sums.ts';
import { PreparedLists } from './prepared/prepared-lists.ts';
import { Recent } from './recent.ts';
import { removePages, writeSessions, type DueSession } from './session-writer.ts';
import type { SiteSession } from './shown-session.ts';
import {
  coloured,
  dayOf,
  monthOf,
  sessionOf,
  shownAs,
  withFamily,
  type ColouredJob,
  type SiteJob,
} from './site-job.ts';
import { HEAD, headText, type MonthCount, type SiteHead, type SiteSums } from './state/site-head.ts';
import { writeRecent } from './state/recent-file.ts';
import { readShard, Shard, shardOf, SHARDS, writeShard } from './state/session-shards.ts';
import { writeSums } from './state/sums-file.ts';
import { writeSite } from './shown-site.ts';
import { SiteSummer } from './totals.ts';

/** Sessions are rendered in batches of about this many stored bytes. What is before is then remembered. */
const BATCH_BYTES = 64 << 20;
const BATCH_SESSIONS = 4000;

/**
 * Compares every session of the store with what the site has, and brings the site up to date. Takes memory for a list of
 * the sessions, some 70 bytes each, and for one batch. `isAnew`: everything is written again.
 */
export async function renderAll(
  plain: SiteJob,
  head: SiteHead | undefined,
  isAnew: boolean,
): Promise<SiteHead> {
  growHeapSlowly();
  const job = coloured(plain, usesOf(plain));
  // If this render is killed, the next one has to compare everything too.
  if (head) job.pieces.write(HEAD, headText({ ...head, index: { generation: 0, base: 0, length: 0 } }));
  const found = new FoundSessions(job, isAnew);
  if (job.dimensions.length > 0) found.dimensions.admit(cellsIn(job));
  found.families = familiesOf(job.sessions, () => usagesOf(job));
  await new Pass(job, found, isAnew).run();
  return showSessions(job, found, head, isAnew);
}

/** Brings everything up to date that is about more than one session. */
export function showSessions(
  job: ColouredJob,
  found: FoundSessions,
  head: SiteHead | undefined,
  isAnew: boolean,
): SiteHead {
  const months = writeMonths(job, found, head, isAnew);
  const rows = found.summer.finish();
  writeSums(job.pieces, rows, found.dimensions);
  found.health.write();
  found.contexts.write(job.pieces);
  writeRecent(job.pieces, found.recent);
  const sums = { ...found.sums, files: found.sums.files + months.files };
  const families = found.families.write(job.pieces, true);
  const gone = (head?.families ?? SHARDS).filter((name) => !families.includes(name));
  removeFamilies(job.pieces, gone);
  const latest = new LatestList(job.pieces, job.writer, job.site, (id) => sessionOf(job, id));
  latest.rows = found.latest.rows();
  const { health, recent, dimensions, contexts, prepared } = found;
  return writeSite(
    job,
    { sums, rows, dimensions, contexts, recent, prepared, months: months.counts, latest, health, families },
    head,
    isAnew,
  );
}

/** The first uses of models, from the sums of cells in the index if there are any. */
function usesOf(job: SiteJob): FirstUses {
  return withFirstUses([], cellsIn(job));
}

/** What the sessions that the site is about used, without the sessions. */
function cellsIn(job: SiteJob): Iterable<UsageCell> {
  return isOfAll(job) ? cellsOf(job.sessions, 'failures') : shownCells(job);
}

/** What the sessions that the site is about used. */
function usagesOf(job: SiteJob): Iterable<SessionUsage> {
  return isOfAll(job) ? job.sessions.usages('failures') : shownEntries(job);
}

function isOfAll({ filter }: SiteJob): boolean {
  return filter.words.length === 0;
}

function* shownEntries({ sessions, filter }: SiteJob): Generator<SessionEntry> {
  for (const entry of sessions.values()) if (filter.matches(entry) === true) yield entry;
}

function* shownCells(job: SiteJob): Generator<SessionEntry['usage'][number]> {
  for (const { usage } of shownEntries(job)) yield* usage;
}

/** What a pass has found out about all sessions, which are added in the order of their keys. */
export class FoundSessions {
  readonly #job: ColouredJob;
  readonly table = new SessionTable();
  readonly latest = new FirstFew(LATEST, latestFirst);
  readonly summer: SiteSummer;
  readonly health: SiteHealth;
  families = new Families();
  readonly dimensions: DimensionSums;
  readonly recent: Recent;
  readonly contexts = new ContextSums();
  readonly prepared: PreparedLists;
  readonly sums: SiteSums = {
    sessions: 0,
    pruned: 0,
    undecided: 0,
    marks: '0',
    updated: 0,
    today: 0,
    files: 0,
  };
  #marks = 0n;

  /** `isAnew`: whatever the site remembers of them. */
  constructor(job: ColouredJob, isAnew: boolean) {
    this.#job = job;
    this.summer = new SiteSummer(job.options.local);
    this.health = SiteHealth.empty(job, isAnew);
    this.prepared = new PreparedLists(job.pieces, job.options.local);
    this.dimensions = new DimensionSums(job.dimensions);
    this.recent = new Recent(job.day, job.options.local, this.dimensions);
  }

  add(session: SiteSession): void {
    const { sums } = this;
    const { entry, mark, isListed } = session;
    this.summer.add(entry);
    this.health.add(session);
    this.dimensions.add([], entry.usage);
    this.recent.add(entry.id, [], entry.usage);
    this.prepared.add(session);
    this.recent.begin(dayOf(this.#job, entry.created), undefined);
    this.#marks = BigInt.asUintN(64, this.#marks + BigInt(`0x${mark}`));
    sums.marks = this.#marks.toString(16);
    sums.sessions++;
    sums.updated = Math.max(sums.updated, entry.updated);
    if (dayOf(this.#job, entry.updated) === this.#job.day) sums.today++;
    if (!isListed) {
      sums.pruned++;
      return;
    }
    const row = listRow(session, entry.updated, this.#job.options.local);
    this.table.add(session, row);
    this.latest.add(row);
  }
}

/** One pass over all sessions, in the order of their keys: compares the pages of each with what the site has. */
class Pass {
  readonly #job: ColouredJob;
  readonly #found: FoundSessions;
  readonly #isAnew: boolean;
  #looked = 0;
  #due: DueSession[] = [];
  #dueBytes = 0;
  #shards: [name: string, shard: Shard][] = [];

  constructor(job: ColouredJob, found: FoundSessions, isAnew: boolean) {
    this.#job = job;
    this.#found = found;
    this.#isAnew = isAnew;
  }

  async run(): Promise<void> {
    const sessions = this.#sessions()[Symbol.iterator]();
    let next = sessions.next();
    for (const name of SHARDS) {
      const known = readShard(this.#job.pieces, name);
      const shard = new Shard();
      let isChanged = false;
      for (; !next.done && shardOf(next.value.key) === name; next = sessions.next()) {
        if (!this.#show(next.value, known, shard)) isChanged = true;
      }
      for (const key of known.keys()) {
        if (shard.has(key)) continue;
        removePages(this.#job, known.get(key));
        isChanged = true;
      }
      if (isChanged) this.#shards.push([name, shard]);
      else this.#found.sums.files += shard.fileCount();
      if (this.#dueBytes > BATCH_BYTES || this.#due.length > BATCH_SESSIONS) await this.#flush();
    }
    await this.#flush();
  }

  /** The sessions that the site is about. */
  *#sessions(): Generator<SiteSession> {
    const { sessions, filter } = this.#job;
    for (const entry of sessions.inOrder()) {
      const isShown = filter.matches(entry);
      if (isShown) yield shownAs(this.#job, entry);
      else if (isShown === undefined) this.#found.sums.undecided++;
    }
  }

  /** Whether the site already shows the session like this. */
  #show(found: SiteSession, known: Shard, shard: Shard): boolean {
    const session = withFamily(this.#job, found, this.#found.families);
    const { entry, key, hasPages, isListed } = session;
    const mark = pageMark(session);
    const { writer, onProgress, sessions } = this.#job;
    onProgress?.({ done: this.#looked++, all: sessions.size });
    this.#found.add(session);
    if (!isListed) return true;
    const shown = this.#isAnew || !known.hasMark(key, mark) ? undefined : known.get(key);
    if (shown && !shown.pages.some(([path]) => writer.isTorn(path))) {
      for (const [path] of shown.pages) writer.keep(path);
      shard.set(key, shown);
      this.#found.contexts.replace(session, '', shown.facts);
      return true;
    }
    if (!hasPages) {
      removePages(this.#job, known.get(key));
      shard.set(key, { mark, pages: [], facts: '' });
      return false;
    }
    // Its place in the shard.
    shard.set(key, { mark, pages: [], facts: '' });
    const done: DueSession['done'] = (pages, facts) => {
      shard.set(key, { mark, pages, facts });
      this.#found.contexts.replace(session, '', facts);
    };
    this.#due.push({ session, shown: known.get(key), done });
    this.#dueBytes += entry.end;
    return false;
  }

  async #flush(): Promise<void> {
    await writeSessions(this.#job, this.#due, this.#isAnew);
    for (const [name, shard] of this.#shards) {
      writeShard(this.#job.pieces, name, shard);
      this.#found.sums.files += shard.fileCount();
    }
    if (this.#shards.length > 0) this.#job.writer.checkpoint();
    this.#due = [];
    this.#dueBytes = 0;
    this.#shards = [];
  }
}

/** Brings the lists of all months up to date. Returns what each has, and the number of files. */
function writeMonths(
  job: ColouredJob,
  { table }: FoundSessions,
  head: SiteHead | undefined,
  isAnew: boolean,
): { counts: MonthCount[]; files: number } {
  const { pieces, writer, site } = job;
  const order = table.inOrder();
  const counts: MonthCount[] = [];
  const listing = { pieces, writer, site, isAnew, sessionOf: (id: string) => sessionOf(job, id) };
  let files = 0;
  for (let from = 0; from < order.length;) {
    const month = monthOf(job, table.created(order[from] ?? 0));
    let to = from;
    while (to < order.length && monthOf(job, table.created(order[to] ?? 0)) === month) to++;
    const lists = new MonthLists(listing, month);
    const start = from;
    lists.replace(to - from, (index) => table.row(order[start + index] ?? 0));
    files += lists.files;
    counts.push([month, to - from, lists.lastDay]);
    from = to;
  }
  const months = new Set(counts.map(([month]) => month));
  for (const [month] of head?.months ?? []) {
    if (!months.has(month)) new MonthLists(listing, month).replace(0, () => table.row(0));
  }
  return { counts, files };
}
