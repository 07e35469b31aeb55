import type { ToolCall, ToolResult } from '../../ai-log/message.ts';

/** A call, and the round that made it. */
export interface MadeCall {
  call: ToolCall;
  round: number;
  /** Calls of one answer have the same number; later answers have larger ones. */
  batch: number;
  isAnswered: boolean;
}

/** A tool's result. */
export interface GivenResult {
  result: ToolResult;
  /** null if it is not known. */
  call: MadeCall | null;
  /** The first result of its call. */
  isFirst: boolean;
}

/** Calls without any result are forgotten at last. */
const MOST_WAITING = 1000;

/** The calls of one thread. */
export class ThreadCalls {
  /** Those without a result so far, by id, the oldest first. */
  readonly #waiting = new Map<string, MadeCall[]>();
  /** The last that was answered, by id. */
  readonly #answered = new Map<string, MadeCall>();
  /** Those of the newest two rounds with calls. */
  #recent: MadeCall[] = [];

  add(made: MadeCall): void {
    const newest = this.#recent.at(-1)?.round;
    if (newest !== made.round) this.#recent = this.#recent.filter(({ round }) => round === newest);
    this.#recent.push(made);
    const { id } = made.call;
    if (id === null) return;
    const waiting = this.#waiting.get(id);
    if (!waiting) this.#waiting.set(id, [made]);
    else if (waiting.push(made) > MOST_WAITING) waiting.shift();
  }

  /**
   * Some clients give ids again and again, in each answer or even within one. So a result belongs to the first waiting
   * call of its id in the newest answer that has one. `rounds`: where a call is sought whose result has no id.
   */
  find({ id, name }: ToolResult, rounds: readonly (number | null)[]): MadeCall | undefined {
    if (id !== null) return firstOfNewest(this.#waiting.get(id) ?? []) ?? this.#answered.get(id);
    return firstOfNewest(
      this.#recent.filter(
        ({ call, round, isAnswered }) =>
          !isAnswered && rounds.includes(round) && (name === null || call.name === name),
      ),
    );
  }

  answer(made: MadeCall): void {
    made.isAnswered = true;
    const { id } = made.call;
    if (id === null) return;
    const waiting = this.#waiting.get(id) ?? [];
    const at = waiting.indexOf(made);
    if (at >= 0) waiting.splice(at, 1);
    if (waiting.length === 0) this.#waiting.delete(id);
    this.#answered.set(id, made);
  }
}

function firstOfNewest(calls: readonly MadeCall[]): MadeCall | undefined {
  const batch = calls.at(-1)?.batch;
  let first = calls.length - 1;
  while (first > 0 && calls[first - 1]?.batch === batch) first--;
  return calls[first];
}

/** Finds the call of each result of a session: in its own thread, or elsewhere if no other call has its id. */
export class Calls {
  /** null: several calls have this id. */
  readonly #byId = new Map<string, MadeCall | null>();
  #batch = 0;

  /** Adds the calls of one answer. */
  add(calls: readonly ToolCall[], round: number, thread: ThreadCalls): MadeCall[] {
    const batch = ++this.#batch;
    return calls.map((call) => {
      const made: MadeCall = { call, round, batch, isAnswered: false };
      thread.add(made);
      if (call.id !== null) this.#byId.set(call.id, this.#byId.has(call.id) ? null : made);
      return made;
    });
  }

  addResult(result: ToolResult, thread: ThreadCalls, rounds: readonly (number | null)[]): GivenResult {
    const call = this.find(result, thread, rounds);
    if (!call) return { result, call: null, isFirst: false };
    const isFirst = !call.isAnswered;
    if (isFirst) thread.answer(call);
    return { result, call, isFirst };
  }

  find(
    result: ToolResult,
    thread: ThreadCalls,
    rounds: readonly (number | null)[] = [],
  ): MadeCall | undefined {
    const elsewhere = result.id === null ? undefined : (this.#byId.get(result.id) ?? undefined);
    return thread.find(result, rounds) ?? elsewhere;
  }
}
