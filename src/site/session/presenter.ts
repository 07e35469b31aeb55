import {
  readCallList,
  readParts,
  type Message,
  type ToolCall,
  type ToolResult,
} from '../../ai-log/message.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { callsOf, type Answer } from './answer.ts';
import { ToolCalls } from './calls.ts';
import { isFailed } from './column.ts';
import type { Budget } from './clip.ts';
import { contentOf, lengthOf } from './content.ts';
import { excerptOf, wordsOf } from './excerpt.ts';
import type { FreshMessage, RequestDiff } from './request-diff.ts';
import { resultText } from './outcome.ts';
import { SystemPrompts, systemPrompt, type SystemPrompt } from './system.ts';
import type { Column, Item, RoundView } from './view.ts';

/** A longer message that was shown before is not shown again: a link leads there. Characters. */
const SHORT = 200;
const MOST_MESSAGES = 500;

/** Where a round stands while it is told. */
interface Place {
  view: RoundView;
  page: number;
  budget: Budget;
}

/** Turns what is new in a round into the items that its card shows, each thing once in a session. */
export class Presenter {
  readonly calls: ToolCalls;
  readonly #systems = new SystemPrompts();
  /** The round that shows a message, by the number of its content. */
  readonly #shown = new Map<number, number>();

  constructor(columns: Column[]) {
    this.calls = new ToolCalls(columns);
  }

  /** The request's part of a round: the system prompt, and the messages that are new. Returns how many stand at their calls. */
  request(diff: RequestDiff, before: SystemPrompt | undefined, place: Place): number {
    const { view, budget } = place;
    const round = view.number;
    const system = this.#systems.tell(diff.system, before, round, budget);
    if (system) view.items.push(system);
    this.#echo(diff, place);
    let atCalls = 0;
    for (const fresh of diff.fresh.slice(0, MOST_MESSAGES)) {
      const items = this.#message(fresh, place);
      if (items.length === 0) atCalls++;
      view.items.push(...items);
    }
    const left = diff.fresh.length - MOST_MESSAGES;
    if (left > 0) view.items.push({ kind: 'more', messages: left });
    return atCalls;
  }

  /** A request that the log does not have as a list: what the gateway left of it, and the question. */
  cutRequest(
    round: ExpandedRound,
    question: string | null,
    before: SystemPrompt | undefined,
    place: Place,
  ): SystemPrompt {
    const { view, budget } = place;
    const system = systemPrompt(round.system, []);
    const item = this.#systems.tell(system, before, view.number, budget);
    if (item) view.items.push(item);
    if (round.messagesText !== null) {
      const clip = budget.takeValue(resultText(readParts(round.messagesText)));
      view.items.push({ kind: 'cut', what: 'request', clip });
    }
    if (question !== null) {
      const parts = readParts(question);
      const content = contentOf(parts, budget).map((part) =>
        part.kind === 'text'
          ? { kind: part.kind, clip: { ...budget.takeValue(part.clip.text), left: part.clip.left } }
          : part,
      );
      if (content.length > 0) view.items.push({ kind: 'message', role: 'user', content, note: null });
    }
    return system;
  }

  /** The answer's part of a round. */
  answer(round: ExpandedRound, place: Place): Answer {
    const { view, page, budget } = place;
    const { stored } = round;
    const text = textOf(round.answer);
    const thought = textOf(round.reasoning);
    if (thought !== null)
      view.items.push({
        kind: 'reasoning',
        clip: budget.takeValue(thought),
        tokens: stored.reasoning_tokens,
      });
    if (text !== null) view.items.push({ kind: 'answer', clip: budget.takeValue(text) });
    const calls = round.toolCalls === null ? [] : readCallList(round.toolCalls);
    if (calls === null) {
      const clip = budget.takeValue(resultText(readParts(round.toolCalls ?? '')));
      if (clip.text !== '') view.items.push({ kind: 'cut', what: 'tool calls', clip });
    }
    for (const call of calls ?? []) view.items.push(this.calls.made(call, view.number, page, budget));
    const isMissing = text === null && round.toolCalls === null;
    return {
      view,
      page,
      text,
      calls,
      open: new Set(idsOf(calls ?? [])),
      // Claude's calls are logged only where the answer was streamed.
      isWaiting:
        calls === null || calls.length > 0 || (isMissing && !isFailed(stored) && stored.output_tokens > 0),
      isMissing,
    };
  }

  /** The last answer as the client sent it back: shown only where the log had less of it, or something else. */
  #echo({ echo: found, placement }: RequestDiff, place: Place): void {
    const answer = placement.thread?.answer;
    if (!found || !answer) return;
    for (const id of found.ids) this.#shown.set(id, answer.view.number);
    if (found.verdict === 'same') return;
    const { text, calls } = found.echo;
    const logged = answer.calls?.length ?? 0;
    if (found.verdict === 'completes' && answer.page === place.page) {
      complete(answer, text, place.budget);
      if (logged === 0) this.#addCalls(answer.view, calls, { ...place, view: answer.view });
      return;
    }
    const isLate = found.verdict === 'completes';
    const content = contentOf([{ kind: 'text', text }], place.budget);
    const isNew = content.length > 0 && !(isLate && text.trim() === (answer.text ?? '').trim());
    const note = { kind: isLate ? ('late' as const) : ('differs' as const), of: answer.view.number };
    if (isNew || calls.length > 0)
      place.view.items.push({ kind: 'message', role: 'assistant', content: isNew ? content : [], note });
    if (!isLate || logged === 0) this.#addCalls(place.view, calls, place);
  }

  #addCalls(view: RoundView, calls: readonly ToolCall[], { page, budget }: Place): void {
    for (const call of calls) view.items.push(this.calls.made(call, view.number, page, budget));
  }

  #message({ id, message }: FreshMessage, place: Place): Item[] {
    const { view, page, budget } = place;
    const round = view.number;
    const shownBy = this.#shown.get(id);
    if (shownBy !== undefined && lengthOf(message.parts) > SHORT) {
      return [
        { kind: 'seen', role: message.role, excerpt: excerptOf(resultText(message.parts)), round: shownBy },
      ];
    }
    this.#shown.set(id, round);
    if (message.role === 'system' || message.role === 'developer') {
      const prompt = systemPrompt(null, [resultText(message.parts)]);
      const item = this.#systems.tell(prompt, undefined, round, budget);
      return item ? [item] : [];
    }
    const results = resultsOf(message).flatMap(
      (result) => this.calls.answered(result, round, page, budget) ?? [],
    );
    const content = message.answers ? [] : contentOf(message.parts, budget);
    const made = callsOf(message).map((call) => this.calls.made(call, round, page, budget));
    const said: Item[] =
      content.length > 0 ? [{ kind: 'message', role: message.role, content, note: null }] : [];
    return [...results, ...said, ...made];
  }
}

/** A text that was cut, or not logged, as the next request has it. */
function complete({ view, text }: Answer, echoed: string, budget: Budget): void {
  if (echoed.trim() === '' || echoed.trim() === (text ?? '').trim()) return;
  const item: Item = { kind: 'answer', clip: budget.take(echoed) };
  const at = view.items.findIndex(({ kind }) => kind === 'answer');
  const firstCall = view.items.findLastIndex(({ kind }) => kind !== 'call') + 1;
  if (at >= 0) view.items[at] = item;
  else view.items.splice(firstCall, 0, item);
}

function resultsOf({ parts, answers }: Message): ToolResult[] {
  const inside = parts.flatMap((part) => (part.kind === 'result' ? [part.result] : []));
  return answers ? [{ ...answers, parts, isError: false }, ...inside] : inside;
}

function idsOf(calls: readonly ToolCall[]): string[] {
  return calls.flatMap(({ id }) => (id === null ? [] : [id]));
}

/** The text of a logged value; null where it has none. */
function textOf(json: string | null): string | null {
  if (json === null) return null;
  const text = readParts(json)
    .map((part) => (part.kind === 'thinking' ? part.text : resultText([part])))
    .filter((piece) => piece !== '')
    .join('\n');
  return text === '' ? null : text;
}

/** The user's words in a logged question, on one line. */
export function questionWords(question: string): string {
  return wordsOf(readParts(question));
}
