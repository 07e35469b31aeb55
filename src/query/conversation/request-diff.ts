import { isAnswerRole, type Message } from '../../ai-log/message.ts';
import { resultsOf } from '../../ai-log/tool-outcome.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { compareEcho, echoOf, type Answer, type EchoVerdict, type Said } from './answer.ts';
import { promptOf } from './excerpt.ts';
import type { Threads, Placement, Request } from './threads.ts';
import type { MessageBook } from './message-book.ts';
import type { SystemPrompt } from './system-prompt.ts';

/** A message that is new in its thread. */
export interface FreshMessage {
  id: number;
  /** Its place in the request. */
  at: number;
  message: Message;
}

/** How a round's request differs from the last request of the thread that it continues. */
export interface RequestDiff {
  request: Request;
  placement: Placement;
  /** The round whose request this one continues; 0 if there is none. */
  continues: number;
  system: SystemPrompt;
  /** Messages in the request, system prompt included. */
  count: number;
  /** How many of them are the system prompt. */
  systemCount: number;
  /** New messages, except those that send the last answer back. */
  fresh: FreshMessage[];
  /** The answer of the thread's last round as it was sent back; null if it was not. */
  echo: { verdict: EchoVerdict; echo: Said; ids: number[] } | null;
  /** What the user newly wrote, on one line; empty if nothing. */
  prompt: string;
}

/** Finds the thread that a round's request continues, and what is new in it. */
export function diffRequest(
  round: ExpandedRound,
  list: readonly string[],
  book: MessageBook,
  threads: Threads,
): RequestDiff {
  const numbered = book.number(list, threads.requests);
  const { ids } = numbered;
  const systemCount = leadingSystem(ids, book);
  const body = ids.slice(systemCount);
  const messageAt = (position: number): Message => book.read(list[systemCount + position] ?? '');
  const system = book.systemPrompt(round.system, list.slice(0, systemCount));
  const request: Request = {
    body,
    system,
    numbered,
    task: '',
    echoes: (answer, position) => {
      const end = assistantsEnd(body.length, position, messageAt);
      const messages = range(position, end).map(messageAt);
      return compareEcho(answer, echoOf(messages)) !== 'differs';
    },
    answeredCalls: () => new Set(range(0, body.length).flatMap((position) => resultIds(messageAt(position)))),
  };
  const placement = threads.place(request);
  const fresh = placement.isRetry
    ? []
    : placement.alignment.added.map((position) => ({
        id: body[position] ?? -1,
        at: systemCount + position,
        message: messageAt(position),
      }));
  const answer = placement.thread?.answer;
  const found = answer ? takeEcho(fresh, answer, placement.alignment.removed === 0) : null;
  const rest = found ? fresh.filter((_, i) => i < found.from || i >= found.to) : fresh;
  request.task = rest.map(({ message }) => promptOf(message)).findLast((words) => words !== '') ?? '';
  return {
    request,
    placement,
    continues: placement.thread?.round ?? 0,
    system,
    count: list.length,
    systemCount,
    fresh: rest,
    echo: found && { verdict: found.verdict, echo: found.echo, ids: found.ids },
    prompt: request.task,
  };
}

/**
 * Finds the new messages that send an answer back: those that say the same, wherever they are. In a request that simply
 * continues and has none, the first messages are the answer, even if they say something else.
 */
function takeEcho(fresh: readonly FreshMessage[], answer: Answer, isContinued: boolean): FoundEcho | null {
  let first: FoundEcho | null = null;
  /** Behind other calls of the same answer and their results. */
  let later: FoundEcho | null = null;
  for (let from = 0; from < fresh.length; from++) {
    const to = assistantsEnd(fresh.length, from, (i) => fresh[i]?.message as Message);
    if (to === from) continue;
    const group = fresh.slice(from, to);
    const echo = echoOf(group.map(({ message }) => message));
    const verdict = compareEcho(answer, echo);
    const found = { from, to, verdict, echo, ids: group.map(({ id }) => id) };
    if (verdict === 'same' && !answer.isMissing) return found;
    if (from === 0) first = found;
    else if (isContinued && verdict === 'completes' && answer.text !== '') later ??= found;
    from = to - 1;
  }
  if (later && first?.verdict !== 'completes') return later;
  if (!first) return null;
  if (first.verdict === 'same') return first;
  return isContinued && !(first.verdict === 'differs' && answer.isMissing) ? first : null;
}

interface FoundEcho {
  from: number;
  to: number;
  verdict: EchoVerdict;
  echo: Said;
  ids: number[];
}

/** The end of the run of assistant messages that starts at `from`. */
function assistantsEnd(length: number, from: number, messageAt: (position: number) => Message): number {
  let to = from;
  while (to < length && isAnswerRole(messageAt(to).role)) to++;
  return to;
}

function leadingSystem(ids: readonly number[], book: MessageBook): number {
  let count = 0;
  while (count < ids.length && book.isSystem(ids[count] ?? -1)) count++;
  return count;
}

function resultIds(message: Message): string[] {
  return resultsOf(message).flatMap(({ id }) => id ?? []);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
