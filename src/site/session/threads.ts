import { align, type Alignment } from './align.ts';
import { spawns, type Answer } from './answer.ts';
import type { Numbered } from './message-book.ts';
import { isAlike, type SystemPrompt } from './system.ts';
import type { ThreadKind } from './view.ts';

/** A chain of requests, each of which goes on from the one before. */
export interface Thread {
  kind: ThreadKind;
  /** From 1, among its kind. */
  label: number;
  /** Its last request without the system prompt at the beginning, and what that prompt was. */
  body: readonly number[];
  system: SystemPrompt;
  request: Numbered;
  /** The round of that request, and what it answered. */
  round: number;
  answer: Answer;
}

/** A request as threads are chosen for it. */
export interface Request {
  body: readonly number[];
  system: SystemPrompt;
  numbered: Numbered;
  /** The user's words in it that are new, on one line; set once it is placed. */
  task: string;
  /** Whether the message at this place of the body is, or may be, what the thread's last round answered. */
  echoes: (answer: Answer, place: number) => boolean;
  /** Ids of the calls whose results the request holds. Asked for only where nothing else tells. */
  answeredCalls: () => ReadonlySet<string>;
}

export interface Placement {
  /** undefined: a new one begins. */
  thread: Thread | undefined;
  /** What the request says of the thread's last; of nothing where a thread begins. */
  alignment: Alignment;
  /** The very same request, sent again after a failure. */
  isRetry: boolean;
}

/** An agent with its sub-agents; those unused for longest are forgotten. */
const LIVE = 64;
/** Beyond this many, further threads are not told apart any more. */
const MOST_NAMED = 100;

/**
 * Tells threads apart: which of the threads a request continues, from what came before alone, so that no later round
 * changes it. A system prompt is the same if most of it is (`isAlike`). The rules, in their order:
 *
 * 1. The request begins with all of a thread's last request (the longest such wins), and the system prompt is the same,
 *    or they share two messages, or the thread's answer follows: it continues that thread. If it holds nothing else, it is a retry where that round
 *    failed or has no answer, and else said once more: its last message counts as new.
 * 2. It holds results of calls that the thread's last round made: it continues it, rewritten.
 * 3. It holds at least half of a thread's last request (and the same system prompt, or two of its messages): rewritten.
 * 4. It has the main thread's system prompt, and the main thread does not wait for tools: the conversation begins anew, or
 *    after a compaction that left nothing of it. The main thread goes on, rewritten.
 * 5. Else a thread begins: a sub-agent's where a thread waits for a tool that may have asked for it (`spawns`), else a
 *    parallel thread's.
 *
 * Where the rounds are strangers' (`loose`), rule 1 wants the answer back too, 4 does not hold, and no thread is named.
 */
export class Threads {
  readonly #isLoose: boolean;
  /** The one used last comes first. */
  #live: Thread[] = [];
  #main: Thread | undefined;
  readonly #counts = { main: 0, 'sub-agent': 0, thread: 0, loose: 0 };

  constructor(isLoose: boolean) {
    this.#isLoose = isLoose;
  }

  get requests(): Numbered[] {
    return this.#live.map(({ request }) => request);
  }

  place(request: Request): Placement {
    const whole = this.#wholeOf(request);
    if (whole) return whole;
    const thread = this.#answeredBy(request) ?? this.#halfOf(request) ?? this.#renewed(request);
    return { thread, alignment: align(thread?.body ?? [], request.body), isRetry: false };
  }

  /** The thread of this round from now on: the one it was placed in, or a new one. */
  follow(placement: Placement, request: Request, round: number, answer: Answer): Thread {
    const thread = placement.thread ?? this.#open(request.task);
    Object.assign(thread, {
      body: request.body,
      system: request.system,
      request: request.numbered,
      round,
      answer,
    });
    this.#live = [thread, ...this.#live.filter((other) => other !== thread)];
    if (this.#live.length > LIVE) this.#live = this.#live.filter((one, i) => i < LIVE || one === this.#main);
    return thread;
  }

  #open(task: string): Thread {
    const kind = this.kindOfNext(task);
    const thread = { kind, label: ++this.#counts[kind] } as Thread;
    if (kind === 'main') this.#main = thread;
    return thread;
  }

  /** The kind of the thread that would begin now with these words of a user. */
  kindOfNext(task: string): ThreadKind {
    if (this.#isLoose) return 'loose';
    if (!this.#main) return 'main';
    if (this.#counts['sub-agent'] + this.#counts.thread >= MOST_NAMED) return 'loose';
    return this.#live.some(({ answer }) => spawns(answer, task)) ? 'sub-agent' : 'thread';
  }

  #wholeOf(request: Request): Placement | undefined {
    const { body, system } = request;
    let best: Thread | undefined;
    for (const thread of this.#live) {
      const length = thread.body.length;
      if (length === 0 || length > body.length || length <= (best?.body.length ?? 0)) continue;
      if (thread.body[0] !== body[0] || thread.body[length - 1] !== body[length - 1]) continue;
      if (!thread.body.every((message, i) => message === body[i])) continue;
      if (!isAlike(thread.system, system) && !this.#isProved(thread, request)) continue;
      if (this.#isLoose && !this.#goesOn(thread, request)) continue;
      best = thread;
    }
    if (!best) return undefined;
    const isSame = best.body.length === body.length;
    const isRetry = isSame && best.answer.isMissing;
    const prefix = isSame && !isRetry ? body.length - 1 : best.body.length;
    const added = Array.from({ length: body.length - prefix }, (_, i) => prefix + i);
    return { thread: best, alignment: { prefix, added, removed: 0 }, isRetry };
  }

  /** Whether a request goes on from a thread though its system prompt is another: an edited one, or another agent's. */
  #isProved(thread: Thread, { body, echoes }: Request): boolean {
    const { length } = thread.body;
    if (length === body.length) return false;
    return length >= 2 || (!thread.answer.isMissing && echoes(thread.answer, length));
  }

  /** Whether a stranger's request is really the same conversation: what was answered stands in it. */
  #goesOn(thread: Thread, { body, echoes }: Request): boolean {
    if (thread.body.length === body.length) return thread.answer.isMissing;
    return echoes(thread.answer, thread.body.length);
  }

  #answeredBy(request: Request): Thread | undefined {
    const waiting = this.#live.filter(({ answer }) => answer.open.size > 0);
    if (waiting.length === 0) return undefined;
    const answered = request.answeredCalls();
    return waiting.find(({ answer }) => [...answer.open].some((id) => answered.has(id)));
  }

  #halfOf({ body, system }: Request): Thread | undefined {
    let best: { thread: Thread; shared: number } | undefined;
    for (const thread of this.#live) {
      const { removed } = align(thread.body, body);
      const shared = thread.body.length - removed;
      if (shared * 2 < thread.body.length || shared < (isAlike(thread.system, system) ? 1 : 2)) continue;
      if (this.#isLoose && shared < 2) continue;
      if (shared > (best?.shared ?? 0)) best = { thread, shared };
    }
    return best?.thread;
  }

  #renewed({ system }: Request): Thread | undefined {
    const main = this.#main;
    return main && isAlike(main.system, system) && !main.answer.isWaiting ? main : undefined;
  }
}
