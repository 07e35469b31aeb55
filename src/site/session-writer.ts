import { sessionName, sessionPath } from './names.ts';
import { pagesInOrder } from './page-workers.ts';
import { pagesOfSession } from './session-pages.ts';
import type { SiteSession } from './shown-session.ts';
import type { ColouredJob } from './site-job.ts';
import type { ShownPage, ShownSession } from './state/session-shards.ts';

/** A session whose pages are to be brought up to date, and what the site has of it. */
export interface DueSession {
  session: SiteSession;
  shown: ShownSession | undefined;
  /** Called when they are. `facts`: what is to be remembered of the session besides. */
  done(pages: readonly ShownPage[], facts: string): void;
}

/** Brings the pages of sessions up to date. `isAnew`: none of those that the site has is kept. */
export async function writeSessions(
  job: ColouredJob,
  due: readonly DueSession[],
  isAnew: boolean,
): Promise<void> {
  const { snapshot, writer, options, facts, site } = job;
  const byKey = new Map(due.map((one) => [one.session.key, one]));
  const keptKeys = ({ key }: SiteSession): ReadonlyMap<string, string> =>
    new Map(isAnew ? [] : byKey.get(key)?.shown?.pages.filter(([path]) => !writer.isTorn(path)));
  const made = pagesInOrder(
    due.map(({ session }) => session),
    options.workers,
    facts,
    {
      make: ({ entry, family }) => pagesOfSession(snapshot.rounds(entry), entry, family, site),
      known: keptKeys,
    },
  );
  for await (const [session, pages] of made) {
    const one = byKey.get(session.key);
    const kept = keptKeys(session);
    const newest = sessionPath(sessionName(session.entry));
    const now: ShownPage[] = [];
    let facts = '';
    for (const page of pages) {
      if (now.some(([path]) => path === page.path)) throw new Error(`two pages have the path ${page.path}`);
      if (kept.get(page.path) === page.key) writer.keep(page.path);
      else writer.write(page, page.path === newest ? session.entry.rounds : undefined);
      now.push([page.path, page.key]);
      facts = page.facts ?? facts;
    }
    removePages(job, one?.shown, now);
    one?.done(now, facts);
  }
}

/** Removes the pages that a session no longer has. */
export function removePages(
  { writer }: Pick<ColouredJob, 'writer'>,
  shown: ShownSession | undefined,
  now: readonly ShownPage[] = [],
): void {
  const paths = new Set(now.map(([path]) => path));
  for (const [path] of shown?.pages ?? []) if (!paths.has(path)) writer.remove(path);
}
