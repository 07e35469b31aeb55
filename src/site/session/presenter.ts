import { callsOf, readCallList, readParts, type ToolCall } from '../../ai-log/message.ts';
import { resultsOf, resultText } from '../../ai-log/tool-outcome.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import type { Answer } from './answer.ts';
import { moreOf, ToolCalls, type Target } from './calls.ts';
import { isFailed } from './column.ts';
import type { Budget } from './clip.ts';
import { contentOf, lengthOf } from './content.ts';
import { excerptOf, wordsOf } from './excerpt.ts';
import type { FreshMessage, RequestDiff } from './request-diff.ts';
import { SystemPrompts, systemPrompt, type SystemPrompt } from './system.ts';
import type { Column, Item } from './view.ts';

/** Characters. A longer message is shown once; later rounds link to it. */
const SHORT = 200;

/** Turns what is new in a round into the items that its card shows. Everything is shown once per session. */
export class Presenter {
  readonly calls: ToolCalls;
  readonly #systems = new SystemPrompts();
  /** The round that shows a message, by the message's number. */
  readonly #shown = new Map<number, number>();

  constructor(columns: Column[]) {
    this.calls = new ToolCalls(columns);
  }

  /**
   * Presents a request: its system prompt, if that changed, and its new messages. Returns how many of these are results
   * shown with their calls.
   */
  request(diff: RequestDiff, before: SystemPrompt | undefined, target: Target): number {
    const { view, budget } = target;
    const round = view.number;
    const system = this.#systems.present(diff.system, before, round, budget);
    if (system) view.items.push(system);
    this.#echo(diff, target);
    let atCalls = 0;
    const { shown, more } = budget.first(diff.fresh, 'message');
    // What one message has can leave no room for the next.
    let done = 0;
    for (; done < shown.length && budget.isLeft; done++) {
      const items = this.#message(shown[done] as FreshMessage, target);
      if (items.length === 0) atCalls++;
      view.items.push(...items);
    }
    view.items.push(...moreOf('message', more + shown.length - done));
    return atCalls;
  }

  /** Presents a request of which the log has no list of messages: what the gateway left of it, and the question. */
  cutRequest(
    round: ExpandedRound,
    question: string | null,
    before: SystemPrompt | undefined,
    target: Target,
  ): SystemPrompt {
    const { view, budget } = target;
    const system = systemPrompt(round.system, []);
    const item = this.#systems.present(system, before, view.number, budget);
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

  /** Presents the answer of a round. */
  answer(round: ExpandedRound, target: Target): Answer {
    const { view, page, budget } = target;
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
    view.items.push(...this.calls.addCalls(calls ?? [], view.number, budget));
    const isMissing = text === null && round.toolCalls === null;
    return {
      view,
      page,
      text,
      calls,
      open: new Set(idsOf(calls ?? [])),
      // Claude's calls are logged only if the answer was streamed.
      isWaiting:
        calls === null || calls.length > 0 || (isMissing && !isFailed(stored) && stored.output_tokens > 0),
      isMissing,
    };
  }

  /** The previous answer as the client sent it back. It is shown only if it adds to the logged answer, or differs. */
  #echo({ echo: found, placement }: RequestDiff, target: Target): void {
    const answer = placement.thread?.answer;
    if (!found || !answer) return;
    for (const id of found.ids) this.#shown.set(id, answer.view.number);
    if (found.verdict === 'same') return;
    const { text, calls } = found.echo;
    const logged = answer.calls?.length ?? 0;
    if (found.verdict === 'completes' && answer.page === target.page) {
      complete(answer, text, target.budget);
      if (logged === 0)
        answer.view.items.push(...this.calls.addCalls(calls, answer.view.number, target.budget));
      return;
    }
    const isLate = found.verdict === 'completes';
    const content = contentOf([{ kind: 'text', text }], target.budget);
    const isNew = content.length > 0 && !(isLate && text.trim() === (answer.text ?? '').trim());
    const note = { kind: isLate ? ('late' as const) : ('differs' as const), of: answer.view.number };
    if (isNew || calls.length > 0)
      target.view.items.push({ kind: 'message', role: 'assistant', content: isNew ? content : [], note });
    if (!isLate || logged === 0)
      target.view.items.push(...this.calls.addCalls(calls, target.view.number, target.budget));
  }

  #message({ id, message }: FreshMessage, target: Target): Item[] {
    const { view, budget } = target;
    const round = view.number;
    const given = resultsOf(message);
    const shownBy = this.#shown.get(id);
    // A tool that says the same thing twice has answered twice.
    const isAwaited = given.some((result) => this.calls.isAwaited(result, target));
    if (shownBy !== undefined && !isAwaited && lengthOf(message.parts) > SHORT) {
      return [
        { kind: 'seen', role: message.role, excerpt: excerptOf(resultText(message.parts)), round: shownBy },
      ];
    }
    this.#shown.set(id, round);
    if (message.role === 'system' || message.role === 'developer') {
      const prompt = systemPrompt(null, [resultText(message.parts)]);
      const item = this.#systems.present(prompt, undefined, round, budget);
      return item ? [item] : [];
    }
    const { shown: brought, more } = budget.first(given, 'result');
    const results = brought.flatMap((result) => this.calls.addResult(result, target) ?? []);
    const content = message.answers ? [] : contentOf(message.parts, budget);
    const made = this.calls.addCalls(callsOf(message), round, budget);
    const shown: Item[] =
      content.length > 0 ? [{ kind: 'message', role: message.role, content, note: null }] : [];
    return [...results, ...moreOf('result', more), ...shown, ...made];
  }
}

/** Fills in an answer that was truncated, or not logged, from the next request. */
function complete({ view, text }: Answer, echoed: string, budget: Budget): void {
  if (echoed.trim() === '' || echoed.trim() === (text ?? '').trim()) return;
  const item: Item = { kind: 'answer', clip: budget.take(echoed) };
  const at = view.items.findIndex(({ kind }) => kind === 'answer');
  const firstCall = view.items.findLastIndex(({ kind }) => kind !== 'call') + 1;
  if (at >= 0) view.items[at] = item;
  else view.items.splice(firstCall, 0, item);
}

function idsOf(calls: readonly ToolCall[]): string[] {
  return calls.flatMap(({ id }) => (id === null ? [] : [id]));
}

/** The text of a logged value; null if it has none. */
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
