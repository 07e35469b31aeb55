import { align, type Alignment } from './align.ts';
import { spawns, type Answer } from './answer.ts';
import type { Numbered } from './message-book.ts';
import { ThreadCalls } from './calls.ts';
import { isAlike, type SystemPrompt } from './system-prompt.ts';

export type ThreadKind = 'main' | 'sub-agent' | 'thread' | 'loose';

/** A chain of requests, each of which continues the one before. */
export interface Thread {
  kind: ThreadKind;
  /** From 1, among its kind. */
  label: number;
  /** Its last request, without and as its leading system prompt. */
  body: readonly number[];
  system: SystemPrompt;
  request: Numbered;
  /** The round of that request, and its answer. */
  round: number;
  answer: Answer;
  calls: ThreadCalls;
}

/** What decides which thread a request belongs to. */
export interface Request {
  body: readonly number[];
  system: SystemPrompt;
  numbered: Numbered;
  /** What the user newly wrote, on one line; set once the thread is known. */
  task: string;
  /** Whether the body, from this position on, sends the answer back. */
  echoes: (answer: Answer, position: number) => boolean;
  /** Ids of the calls whose results the request has. Costly: asked for last. */
  answeredCalls: () => ReadonlySet<string>;
}

export interface Placement {
  /** undefined: a new thread begins. */
  thread: Thread | undefined;
  /** Compares the request with the thread's last one, or with an empty one. */
  alignment: Alignment;
  /** The same request, sent again after a failure. */
  isRetry: boolean;
}

/** An agent and its sub-agents. Threads that were not used for longest are forgotten. */
export const MOST_LIVE = 64;
/** Further threads get no name. */
const MOST_NAMED = 100;

/**
 * Decides which thread a request continues. Only earlier rounds matter, so later ones never change the decision. System
 * prompts count as equal if they are alike (`isAlike`). The first rule that applies decides:
 *
 * 1. The request starts with all of a thread's last request (the longest one wins), and has its system prompt, shares
 *    two messages with it, or sends its answer back: it continues the thread. If it has no further message, it is a
 *    retry if the last round has no answer; otherwise its last message was sent once more, and counts as new.
 * 2. The request has results of calls that a thread's last round made: it continues the thread, rewritten.
 * 3. The request has at least half of a thread's last request, and its system prompt or two of its messages: it
 *    continues the thread, rewritten.
 * 4. The request has the main thread's system prompt, and the main thread does not wait for tools: the conversation
 *    restarted, or was compacted completely. It continues the main thread, rewritten.
 * 5. Otherwise a new thread begins: a sub-agent if some thread waits for a tool that may have started it (`spawns`),
 *    else a parallel thread.
 *
 * Rounds without a session id are loose: rule 1 also requires the answer to be sent back, rule 3 two shared messages,
 * rule 4 never applies, and threads have no names.
 */
export class Threads {
  readonly #isLoose: boolean;
  /** The most recently used first. */
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

  /** The thread of a placed request: the one that was found, or a new one. It has to be followed by `follow`. */
  enter(placement: Placement, request: Request): Thread {
    return placement.thread ?? this.#open(request.task);
  }

  /** Makes this round the last of its thread. */
  follow(thread: Thread, request: Request, round: number, answer: Answer): void {
    Object.assign(thread, {
      body: request.body,
      system: request.system,
      request: request.numbered,
      round,
      answer,
    });
    this.#live = [thread, ...this.#live.filter((other) => other !== thread)];
    if (this.#live.length > MOST_LIVE)
      this.#live = this.#live.filter((one, i) => i < MOST_LIVE || one === this.#main);
  }

  #open(task: string): Thread {
    const kind = this.kindOfNext(task);
    const thread = { kind, label: ++this.#counts[kind], calls: new ThreadCalls() } as Thread;
    if (kind === 'main') this.#main = thread;
    return thread;
  }

  /** The kind that a new thread would have, if it began with this task. */
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
      if (this.#isLoose && !this.#sendsAnswerBack(thread, request)) continue;
      best = thread;
    }
    if (!best) return undefined;
    const isSame = best.body.length === body.length;
    const isRetry = isSame && best.answer.isMissing;
    const prefix = isSame && !isRetry ? body.length - 1 : best.body.length;
    const added = Array.from({ length: body.length - prefix }, (_, i) => prefix + i);
    return { thread: best, alignment: { prefix, added, removed: 0 }, isRetry };
  }

  /** Whether a request continues a thread although its system prompt differs: it was edited, or is another agent's. */
  #isProved(thread: Thread, { body, echoes }: Request): boolean {
    const { length } = thread.body;
    if (length === body.length) return false;
    return length >= 2 || (!thread.answer.isMissing && echoes(thread.answer, length));
  }

  /** Whether a loose request continues a thread: it must send the answer back. */
  #sendsAnswerBack(thread: Thread, { body, echoes }: Request): boolean {
    if (thread.body.length === body.length) return thread.answer.isMissing;
    return echoes(thread.answer, thread.body.length);
  }

  #answeredBy(request: Request): Thread | undefined {
    const waiting = this.#live.filter(({ answer }) => answer.open.size > 0);
    if (waiting.length === 0) return undefined;
    const answered = request.answeredCalls();
    const found = waiting.filter(({ answer }) => [...answer.open].some((id) => answered.has(id)));
    // Several agents may give the same ids.
    return found.length < 2 ? found[0] : (mostShared(found, request.body) ?? found[0]);
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

/** The thread whose last request has the most in common with a request; undefined if none has anything. */
function mostShared(threads: readonly Thread[], body: readonly number[]): Thread | undefined {
  let best: { thread: Thread; shared: number } | undefined;
  for (const thread of threads) {
    const shared = thread.body.length - align(thread.body, body).removed;
    if (shared > (best?.shared ?? 0)) best = { thread, shared };
  }
  return best?.thread;
}

/** `Sub-agent 1`, `Parallel thread 2` */
export function threadName({ kind, label }: Pick<Thread, 'kind' | 'label'>): string {
  return kind === 'sub-agent' ? `Sub-agent ${label}` : `Parallel thread ${label}`;
}
