import { WorkerPool } from '../platform/worker-pool.ts';
import type { SiteSession } from './shown-session.ts';
import type { Page, WritablePage } from './page.ts';
import type { MadePage, SessionTask } from './page-worker.ts';
import type { SiteFacts } from './site-context.ts';

/** Workers that a render may use: `count` threads that run `file`, which calls servePages. */
export interface Workers {
  file: string;
  count: number;
}

/** A session and its pages, which must be consumed before the next session. */
export type PagesOf = readonly [session: SiteSession, pages: Iterable<WritablePage>];

interface Maker {
  /** Makes the pages of a session lazily, in this thread. */
  make(session: SiteSession): Iterable<Page>;
  /** The keys of pages that need not be made, by path. */
  known(session: SiteSession): ReadonlyMap<string, string>;
}

/** Starting a worker pays off from this many stored bytes on. */
const WORTH_BYTES = 2 << 20;
/** The fixed effort of a session, in bytes that take as long. */
const EACH_BYTES = 4 << 10;
/** Size of a task. A larger session is left to this thread, which need not hold all its pages in memory. */
const TASK_BYTES = 512 << 10;

/**
 * The pages of sessions, in the order of the sessions. Workers make them if there is enough to do. If there is not, or a
 * worker fails, `make` does; so an error is always that of `make`.
 */
export async function* pagesInOrder(
  sessions: readonly SiteSession[],
  workers: Workers | undefined,
  facts: SiteFacts,
  { make, known }: Maker,
): AsyncGenerator<PagesOf> {
  const tasks = tasksOf(sessions);
  const work = tasks.reduce((sum, { bytes }) => sum + Math.min(bytes, TASK_BYTES), 0);
  const count = Math.min(workers?.count ?? 0, Math.floor(work / WORTH_BYTES));
  if (!workers || count < 2) {
    for (const session of sessions) yield [session, make(session)];
    return;
  }
  const pool = new WorkerPool<SessionTask[], MadePage[][]>(workers.file, count, facts);
  const ask = async ({ sessions: asked, bytes }: Task): Promise<MadePage[][]> => {
    if (bytes > TASK_BYTES) return [];
    const entries = asked.map((session) => ({
      entry: session.entry,
      family: session.family,
      known: known(session),
    }));
    return await pool.run(entries).catch(() => []);
  };
  try {
    const asked: [Task, Promise<MadePage[][]>][] = [];
    // Enough that no worker waits while this thread writes files.
    const most = 2 * count;
    for (let next = 0; next < tasks.length || asked.length > 0;) {
      for (; asked.length < most && next < tasks.length; next++) {
        const task = tasks[next] as Task;
        asked.push([task, ask(task)]);
      }
      const [task, answer] = asked.shift() as [Task, Promise<MadePage[][]>];
      const made = await answer;
      for (const [i, session] of task.sessions.entries())
        yield [session, made[i]?.map(toPage) ?? make(session)];
    }
  } finally {
    await pool.close();
  }
}

interface Task {
  sessions: SiteSession[];
  bytes: number;
}

/** Groups consecutive sessions into tasks. */
function tasksOf(sessions: readonly SiteSession[]): Task[] {
  const tasks: Task[] = [];
  let last: Task | undefined;
  for (const session of sessions) {
    const bytes = session.entry.end + EACH_BYTES;
    if (!last || last.bytes + bytes > TASK_BYTES) tasks.push((last = { sessions: [], bytes: 0 }));
    last.sessions.push(session);
    last.bytes += bytes;
  }
  return tasks;
}

function toPage({ path, key, content, facts }: MadePage): WritablePage {
  return {
    path,
    key,
    facts,
    render() {
      if (!content) throw new Error(`${path} was not made`);
      return content;
    },
  };
}
