import { readParts, type Part } from '../../ai-log/message.ts';
import { resultText } from '../../ai-log/tool-outcome.ts';
import { lacksAnswer, type Answer, type Said } from '../../query/conversation/answer.ts';
import type { GivenResult } from '../../query/conversation/calls.ts';
import { excerptOf } from '../../query/conversation/excerpt.ts';
import type { EchoReading, RoundReading, SaidMessage } from '../../query/conversation/reader.ts';
import { systemPrompt, type SystemPrompt } from '../../query/conversation/system-prompt.ts';
import type { ExpandedRound } from '../../session-format/stored-round.ts';
import { CallViews, moreOf, type Target } from './call-views.ts';
import type { Budget } from './clip.ts';
import { contentOf, lengthOf } from './content.ts';
import { SystemPrompts } from './system.ts';
import type { Column, Item, RoundView } from './view.ts';

/** Characters. A longer message is shown once; later rounds link to it. */
const SHORT = 200;

/** Where an answer is shown: its items are `count` ones from `at` on, followed by those of its calls. */
interface ShownAnswer {
  view: RoundView;
  page: number;
  at: number;
  count: number;
}

/** Turns what is new in a round into the items that its card shows. Everything is shown once per session. */
export class Presenter {
  readonly calls: CallViews;
  readonly #systems = new SystemPrompts();
  readonly #answers = new WeakMap<Answer, ShownAnswer>();
  /** The round that shows a message, by the message's number. */
  readonly #shown = new Map<number, number>();

  constructor(columns: Column[]) {
    this.calls = new CallViews(columns);
  }

  /**
   * Presents a request: its system prompt, if that changed, and its new messages. Returns how many of these are results
   * shown with their calls.
   */
  request(reading: RoundReading, before: SystemPrompt | undefined, target: Target): number {
    const { view, budget } = target;
    const { diff, echo, messages } = reading;
    const system = diff && this.#systems.present(diff.system, before, view.number, budget);
    if (system) view.items.push(system);
    if (echo) this.#echo(echo, target);
    let atCalls = 0;
    const { shown, more } = budget.first(messages, 'message');
    // What one message has can leave no room for the next.
    let done = 0;
    for (; done < shown.length && budget.isLeft; done++) {
      const items = this.#message(shown[done] as SaidMessage, target);
      if (items.length === 0) atCalls++;
      view.items.push(...items);
    }
    view.items.push(...moreOf('message', more + shown.length - done));
    return atCalls;
  }

  /** Presents a request of which the log has no list of messages: what the gateway left of it, and the question. */
  cutRequest(
    { round, question, questionResults }: RoundReading,
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
      const content = contentOf(readParts(question), budget).map((part) =>
        part.kind === 'text'
          ? { kind: part.kind, clip: { ...budget.takeValue(part.clip.text), left: part.clip.left } }
          : part,
      );
      if (content.length > 0) view.items.push({ kind: 'message', role: 'user', content, note: null });
    }
    view.items.push(...this.#results(questionResults, target));
    return system;
  }

  /** Presents the answer of a round. */
  answer({ round, answer, calls }: RoundReading, target: Target): void {
    const { view, page, budget } = target;
    const said = saidItems(answer, round, budget);
    if (lacksAnswer(answer, round)) said.push({ kind: 'no-answer', tokens: round.stored.output_tokens });
    this.#answers.set(answer, { view, page, at: view.items.length, count: said.length });
    view.items.push(...said);
    if (answer.calls === null) {
      const clip = budget.takeValue(resultText(readParts(round.toolCalls ?? '')));
      if (clip.text !== '') view.items.push({ kind: 'cut', what: 'tool calls', clip });
    }
    view.items.push(...this.calls.addCalls(calls, view.number, budget));
  }

  /** The previous answer as the client sent it back. It is shown only if it adds to the logged answer, or differs. */
  #echo({ of, verdict, said, calls, results, ids }: EchoReading, target: Target): void {
    const shown = this.#answers.get(of);
    for (const id of ids) this.#shown.set(id, of.round);
    if (!said || !shown) return;
    const { view, budget } = target;
    if (verdict !== 'differs' && shown.page === target.page) {
      this.#complete(of, said, shown, budget);
      shown.view.items.push(...this.calls.addCalls(calls, shown.view.number, budget));
    } else {
      const content = contentOf(partsOf(said), budget);
      const note = { kind: verdict === 'differs' ? ('differs' as const) : ('late' as const), of: of.round };
      if (content.length > 0 || calls.length > 0)
        view.items.push({ kind: 'message', role: 'assistant', content, note });
      view.items.push(...this.calls.addCalls(calls, view.number, budget));
    }
    view.items.push(...this.#results(results, target));
  }

  /** Fills in what the log lacked of an answer: it was truncated, or not logged. */
  #complete(answer: Answer, added: Said, shown: ShownAnswer, budget: Budget): void {
    const items = shown.view.items.slice(shown.at, shown.at + shown.count);
    const isRefusal = added.refusal !== '';
    const words = added.text || added.refusal;
    const known = items.findIndex(({ kind }) => kind === 'answer');
    const completed: Item[] = items.filter(({ kind }) => kind !== 'no-answer');
    if (words.trim() !== '') {
      const item: Item = { kind: 'answer', clip: budget.takeMarkdown(words), isRefusal };
      const replaces = known >= 0 && (added.text !== '' || answer.text.trim() === words.trim());
      if (replaces) completed[known] = item;
      else completed.push(item);
    }
    if (added.thinking.trim() !== '') {
      const at = completed.findLastIndex(({ kind }) => kind === 'reasoning') + 1;
      completed.splice(at, 0, { kind: 'reasoning', clip: budget.takeMarkdown(added.thinking), tokens: 0 });
    }
    const rest = contentOf(added.rest, budget);
    if (rest.length > 0) completed.push({ kind: 'message', role: 'assistant', content: rest, note: null });
    const hasCalls = (added.calls?.length ?? 0) > 0;
    const left = completed.length === 0 && !hasCalls ? items : completed;
    shown.view.items.splice(shown.at, shown.count, ...left);
    shown.count = left.length;
  }

  /** Shows results with their calls, and returns those that are items of their own. */
  #results(given: readonly GivenResult[], target: Target): Item[] {
    const { shown, more } = target.budget.first(given, 'result');
    return [
      ...shown.flatMap((result) => this.calls.addResult(result, target) ?? []),
      ...moreOf('result', more),
    ];
  }

  #message({ id, message, calls, results }: SaidMessage, target: Target): Item[] {
    const { view, budget } = target;
    const round = view.number;
    const shownBy = this.#shown.get(id);
    // A tool that says the same thing twice has answered twice.
    const isAwaited = results.some(({ isFirst }) => isFirst);
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
    const made = this.calls.addCalls(calls, round, budget);
    const given = this.#results(results, target);
    const content = message.answers ? [] : contentOf(message.parts, budget);
    const shown: Item[] =
      content.length > 0 ? [{ kind: 'message', role: message.role, content, note: null }] : [];
    return [...given, ...shown, ...made];
  }
}

/** The words of an answer: its reasoning, then what it says. */
function saidItems(answer: Answer, { stored }: ExpandedRound, budget: Budget): Item[] {
  const { thinking, text, refusal, rest } = answer;
  const items: Item[] = [];
  if (thinking !== '')
    items.push({ kind: 'reasoning', clip: budget.takeMarkdown(thinking), tokens: stored.reasoning_tokens });
  if (text !== '') items.push({ kind: 'answer', clip: budget.takeMarkdown(text), isRefusal: false });
  if (refusal !== '') items.push({ kind: 'answer', clip: budget.takeMarkdown(refusal), isRefusal: true });
  const content = contentOf(rest, budget);
  if (content.length > 0) items.push({ kind: 'message', role: 'assistant', content, note: null });
  return items;
}

function partsOf({ thinking, text, refusal, rest }: Said): Part[] {
  return [
    { kind: 'thinking', text: thinking },
    { kind: 'text', text },
    { kind: 'refusal', text: refusal },
    ...rest,
  ];
}
