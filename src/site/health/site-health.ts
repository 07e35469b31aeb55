import { failedRoundsOf } from '../../model/cell-counters.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { cleanLine } from '../../platform/clean-text.ts';
import { hexDigest } from '../../platform/digest.ts';
import { ToolSums, type ToolFields } from '../../query/tool-sums.ts';
import { clipText } from '../model-view.ts';
import { sessionName } from '../names.ts';
import type { SiteSession } from '../shown-session.ts';
import type { SiteJob } from '../site-job.ts';
import { FailureLists, type FailureListsFields } from './failure-lists.ts';
import { HealthSums, type HealthSumsFields } from './health-sums.ts';
import { FailureMemory, readFailures } from './known-failures.ts';

type Job = Pick<SiteJob, 'snapshot' | 'pieces' | 'options' | 'day'>;

const HEALTH = 'health';
const TOOLS = 'tools';

const LONGEST_TITLE = 80;

/** What the pages Health and Tools are about: how requests and tool calls of the site's sessions ended. */
export class SiteHealth {
  readonly requests: HealthSums;
  readonly tools: ToolSums;
  readonly lists: FailureLists;
  readonly #job: Job;
  readonly #memory: FailureMemory;

  private constructor(
    job: Job,
    memory: FailureMemory,
    requests = new HealthSums(job.options.local, job.day),
    tools = new ToolSums(),
    lists = new FailureLists(),
  ) {
    this.#job = job;
    this.#memory = memory;
    this.requests = requests;
    this.tools = tools;
    this.lists = lists;
  }

  /** To be made of all sessions, in the order of their keys. `isAnew`: whatever the site remembers of them. */
  static empty(job: Job, isAnew: boolean): SiteHealth {
    return new SiteHealth(job, new FailureMemory(job.pieces, isAnew ? 'anew' : 'pass'));
  }

  /** What the site shows, to be carried on; undefined if it does not remember enough. */
  static remembered(job: Job): SiteHealth | undefined {
    const { pieces, options, day } = job;
    const requests = pieces.readAs(HEALTH, (text) =>
      HealthSums.from(options.local, JSON.parse(text) as HealthSumsFields),
    );
    const known = pieces.readAs(TOOLS, (text) => {
      const { tools, lists } = JSON.parse(text) as { tools: ToolFields; lists: FailureListsFields };
      return [ToolSums.from(tools), FailureLists.from(lists)] as const;
    });
    if (!known || !requests?.moveTo(day)) return undefined;
    return new SiteHealth(job, new FailureMemory(pieces, 'changes'), requests, ...known);
  }

  /** Adds a session; `before`: as it was when it was last added. */
  add(session: SiteSession, before?: SessionEntry): void {
    const { entry, key, mark, hasPages } = session;
    this.requests.add(entry.usage.slice(before?.usage.length ?? 0));
    if (before) this.tools.add(before, -1);
    this.tools.add(entry);
    const failed = failedRequests(entry);
    this.lists.count(Number(failed > 0) - Number(before !== undefined && failedRequests(before) > 0));
    if (before) this.lists.remove(entry.id);
    // Rounds are linked: those without a page are in sums only.
    if (!hasPages || (failed === 0 && !hasFailedCalls(entry))) return;
    const { snapshot } = this.#job;
    const earlier = before && this.#memory.before(key);
    const known = this.#memory.failuresOf(key, mark, () => readFailures(snapshot.rounds(entry), entry));
    this.lists.countSent(earlier?.sentTo ?? [], known.sentTo);
    const title = clipText(cleanLine(entry.title ?? ''), LONGEST_TITLE);
    const { id, rounds } = entry;
    this.lists.add({ id, name: sessionName(entry), title }, { rounds, failed }, known);
  }

  /** Of all that the page Tools shows: most rounds do not change it. */
  get toolsKey(): string {
    return hexDigest(JSON.stringify([this.tools.fields(), this.lists.fields().calls]));
  }

  /** Remembers all of it. */
  write(): void {
    const { pieces } = this.#job;
    this.#memory.finish();
    pieces.write(HEALTH, JSON.stringify(this.requests.fields()));
    pieces.write(TOOLS, JSON.stringify({ tools: this.tools.fields(), lists: this.lists.fields() }));
  }
}

function failedRequests({ usage }: SessionEntry): number {
  return usage.reduce((sum, { counters }) => sum + failedRoundsOf(counters), 0);
}

function hasFailedCalls({ tools = [] }: SessionEntry): boolean {
  return tools.some(([, , failed]) => failed > 0);
}
