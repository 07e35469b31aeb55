import type { Message } from '../../ai-log/message.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { compareEcho, echoOf, isAssistant, type Answer, type Echo, type EchoVerdict } from './answer.ts';
import { promptOf } from './excerpt.ts';
import type { Threads, Placement, Request } from './threads.ts';
import type { MessageBook } from './message-book.ts';
import type { SystemPrompt } from './system.ts';

/** A message of a request that its thread did not have before. */
export interface FreshMessage {
  id: number;
  message: Message;
}

/** A round's request, once it is known which thread it goes on with. */
export interface RequestDiff {
  request: Request;
  placement: Placement;
  system: SystemPrompt;
  /** Messages in the request, the system prompt's too. */
  count: number;
  /** Of these, those of the system prompt. */
  systemCount: number;
  /** Without those that bring back the last answer. */
  fresh: FreshMessage[];
  /** The answer of the thread's last round as it came back; null where it did not. */
  echo: { verdict: EchoVerdict; echo: Echo; ids: number[] } | null;
  /** The user's words that are new, on one line; empty where there are none. */
  prompt: string;
}

/** Places a round's request, and tells what is new in it. Nothing is shown yet. */
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
  const messageAt = (place: number): Message => book.read(list[systemCount + place] ?? '');
  const system = book.systemPrompt(round.system, list.slice(0, systemCount));
  const request: Request = {
    body,
    system,
    numbered,
    task: '',
    echoes: (answer, place) => {
      const end = assistantsEnd(body.length, place, messageAt);
      const messages = range(place, end).map(messageAt);
      return compareEcho(answer, echoOf(messages)) !== 'differs';
    },
    answeredCalls: () => new Set(range(0, body.length).flatMap((place) => resultIds(messageAt(place)))),
  };
  const placement = threads.place(request);
  const fresh = placement.isRetry
    ? []
    : placement.alignment.added.map((place) => ({ id: body[place] ?? -1, message: messageAt(place) }));
  const answer = placement.thread?.answer;
  const found = answer ? takeEcho(fresh, answer, placement.alignment.removed === 0) : null;
  const rest = found ? fresh.filter((_, i) => i < found.from || i >= found.to) : fresh;
  request.task = rest.map(({ message }) => promptOf(message)).findLast((words) => words !== '') ?? '';
  return {
    request,
    placement,
    system,
    count: list.length,
    systemCount,
    fresh: rest,
    echo: found && { verdict: found.verdict, echo: found.echo, ids: found.ids },
    prompt: request.task,
  };
}

/**
 * The messages among the new ones that bring back an answer. Where a request just goes on, they come first, whether
 * they say the same or not; in one that was rewritten they are looked for, and stand for it only if they do.
 */
function takeEcho(
  fresh: readonly FreshMessage[],
  answer: Answer,
  goesOn: boolean,
): { from: number; to: number; verdict: EchoVerdict; echo: Echo; ids: number[] } | null {
  for (let from = 0; from < fresh.length; from++) {
    const to = assistantsEnd(fresh.length, from, (i) => fresh[i]?.message as Message);
    if (to > from) {
      const group = fresh.slice(from, to);
      const echo = echoOf(group.map(({ message }) => message));
      const verdict = compareEcho(answer, echo);
      const isOne =
        verdict === 'same' || (goesOn && from === 0 && !(verdict === 'differs' && answer.isMissing));
      if (isOne) return { from, to, verdict, echo, ids: group.map(({ id }) => id) };
      from = to - 1;
    }
    if (goesOn) return null;
  }
  return null;
}

/** Where the assistant's messages end that begin at `from`. */
function assistantsEnd(length: number, from: number, messageAt: (place: number) => Message): number {
  let to = from;
  while (to < length && isAssistant(messageAt(to))) to++;
  return to;
}

function leadingSystem(ids: readonly number[], book: MessageBook): number {
  let count = 0;
  while (count < ids.length && book.isSystem(ids[count] ?? -1)) count++;
  return count;
}

function resultIds(message: Message): string[] {
  if (message.answers) return message.answers.id === null ? [] : [message.answers.id];
  return message.parts.flatMap((part) =>
    part.kind === 'result' && part.result.id !== null ? [part.result.id] : [],
  );
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i);
}
