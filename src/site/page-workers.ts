import { WorkerPool } from '../platform/worker-pool.ts';
import type { KeyedSession } from './keyed-session.ts';
import type { Page, WritablePage } from './page.ts';
import type { MadePage, SessionTask } from './page-worker.ts';
import type { SiteFacts } from './site-context.ts';

/** Threads that a render may use: `count` of them, each of which runs `file`, which calls servePages. */
export interface Threads {
  file: string;
  count: number;
}

/** A session and its pages; to be taken before the next one. */
export type PagesOf = readonly [session: KeyedSession, pages: Iterable<WritablePage>];

interface Maker {
  /** Makes pages of a session as they are asked for. */
  make(session: KeyedSession): Iterable<Page>;
  /** The keys of those that need not be made, by path. */
  known(session: KeyedSession): ReadonlyMap<string, string>;
}

/** A thread is worth its start from so many stored bytes on. */
const WORTH_BYTES = 2 << 20;
/** What a session takes besides, in bytes that take as long. */
const EACH_BYTES = 4 << 10;
/** A thread is given so much at a time; a session that is larger is left to this one, which need not hold it whole. */
const TASK_BYTES = 512 << 10;

/**
 * The pages of sessions, in the order of the sessions: made by other threads where there is enough to do, else by
 * `make`. What threads cannot make, `make` does too, and its error is the one that counts.
 */
export async function* pagesInOrder(
  sessions: readonly KeyedSession[],
  threads: Threads | undefined,
  facts: SiteFacts,
  { make, known }: Maker,
): AsyncGenerator<PagesOf> {
  const tasks = tasksOf(sessions);
  const work = tasks.reduce((sum, { bytes }) => sum + Math.min(bytes, TASK_BYTES), 0);
  const count = Math.min(threads?.count ?? 0, Math.floor(work / WORTH_BYTES));
  if (!threads || count < 2) {
    for (const session of sessions) yield [session, make(session)];
    return;
  }
  const pool = new WorkerPool<SessionTask[], MadePage[][]>(threads.file, count, facts);
  const ask = async ({ sessions: asked, bytes }: Task): Promise<MadePage[][]> => {
    if (bytes > TASK_BYTES) return [];
    const entries = asked.map((session) => ({ entry: session.entry, known: known(session) }));
    return await pool.run(entries).catch(() => []);
  };
  try {
    const asked: [Task, Promise<MadePage[][]>][] = [];
    // So many that no thread waits for this one to write files.
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
  sessions: KeyedSession[];
  bytes: number;
}

/** Sessions next to each other, as many as a thread is given at a time. */
function tasksOf(sessions: readonly KeyedSession[]): Task[] {
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

function toPage({ path, key, content }: MadePage): WritablePage {
  return {
    path,
    key,
    render() {
      if (!content) throw new Error(`${path} was not made`);
      return content;
    },
  };
}
