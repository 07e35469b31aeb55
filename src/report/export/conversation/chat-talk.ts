import {
  callsOf,
  isAnswerRole,
  type Message,
  type Part,
  type ToolCall,
  type ToolResult,
} from '../../../ai-log/message.ts';
import type { Answer } from '../../../query/conversation/answer.ts';
import { partsText } from '../../content-text.ts';
import {
  argumentsOf,
  contentOf,
  functionName,
  resultContent,
  type ChatCall,
  type ChatMessage,
  type ChatPart,
} from './chat-message.ts';

/** The place of a call's result: right after the message that made the call. */
interface Slot {
  turn: Turn;
  id: string;
  /** As logged. */
  wanted: string | null;
  name: string;
  result: string | null;
}

interface Turn {
  role: 'system' | 'user' | 'assistant';
  content: string | ChatPart[];
  refusal: string;
  calls: ChatCall[];
  slots: Slot[];
  /** One of its calls has a result. */
  isAnswered: boolean;
}

/** Stands for a result that the request does not have: OpenAI wants one for each call that anything follows. */
const NO_RESULT = '[no result in the log]';

/** Calls that wait for a result, of each id and of those that are sought without an id. Older ones get none. */
const MOST_WAITING = 1000;

/**
 * A conversation as OpenAI's chat format has it: each result right after the message with its call, under an id that no
 * other call has.
 */
export class ChatTalk {
  #turns: Turn[] = [];
  readonly #ids = new Set<string>();
  /** Calls without a result, by the id that they were logged with. */
  readonly #waiting = new Map<string, Slot[]>();
  /** Those of the newest message with calls. */
  #recent: Slot[] = [];
  /** The last call of an id that has its result. */
  readonly #answered = new Map<string, Slot>();
  #made = 0;

  system(text: string): void {
    if (text.trim() !== '') this.#open('system', text);
  }

  add(message: Message): void {
    const { role, parts, answers } = message;
    if (answers) this.#result({ ...answers, parts });
    else if (role === 'system' || role === 'developer') this.system(partsText(parts));
    else if (isAnswerRole(role) || callsOf(message).length > 0) this.#said(parts, message.calls);
    else this.user(parts);
  }

  /** What anybody but the model says. Results come first: nothing may be between them and their calls. */
  user(parts: readonly Part[]): void {
    for (const part of parts) if (part.kind === 'result') this.#result(part.result);
    const own = parts.filter(({ kind }) => kind !== 'result');
    if (own.length > 0) this.#open('user', contentOf(own));
  }

  answer({ text, refusal, calls, results, rest }: Answer): void {
    const cut: Part[] = calls === null ? [{ kind: 'text', text: '[tool calls, cut by the gateway]' }] : [];
    this.#said([{ kind: 'text', text }, { kind: 'refusal', text: refusal }, ...rest, ...cut], calls ?? []);
    for (const result of results) this.#result(result);
  }

  /** Takes the messages that nothing can change any more; at the end, all. */
  *take(isEnd: boolean): Generator<ChatMessage> {
    const open = isEnd ? -1 : this.#turns.findLastIndex(({ slots }) => slots.length > 0);
    const done = open < 0 ? this.#turns : this.#turns.slice(0, open);
    this.#turns = open < 0 ? [] : this.#turns.slice(open);
    for (const [i, turn] of done.entries()) {
      yield messageOf(turn);
      const isLast = isEnd && i === done.length - 1 && !turn.isAnswered;
      if (!isLast)
        for (const { id, result } of turn.slots)
          yield { role: 'tool', content: result ?? NO_RESULT, tool_call_id: id };
      this.#forget(turn);
    }
  }

  #open(role: Turn['role'], content: Turn['content']): Turn {
    const turn = { role, content, refusal: '', calls: [], slots: [], isAnswered: false };
    this.#turns.push(turn);
    return turn;
  }

  /** Adds what a model said to its last message, unless that is complete: it has results, or another text. */
  #said(parts: readonly Part[], calls: readonly ToolCall[]): void {
    let isFirst = true;
    for (const part of parts) {
      if (part.kind === 'call') this.#call(part.call);
      else if (part.kind === 'result') this.#result(part.result);
      else if (part.kind === 'refusal') {
        if (part.text !== '') this.#answering(false).refusal += part.text;
      } else if (part.kind !== 'thinking' && part.kind !== 'sources') {
        const text = partsText([part]);
        if (text === '') continue;
        const turn = this.#answering(isFirst);
        turn.content = turn.content === '' ? text : `${turn.content as string}\n${text}`;
        isFirst = false;
      }
    }
    for (const call of calls) this.#call(call);
  }

  #answering(startsText: boolean): Turn {
    const last = this.#turns.at(-1);
    const isComplete =
      last?.role !== 'assistant' ||
      last.isAnswered ||
      (startsText && last.content !== '' && last.calls.length === 0);
    return isComplete ? this.#open('assistant', '') : last;
  }

  #call({ id, name, arguments: given }: ToolCall): void {
    const turn = this.#answering(false);
    const unique = id !== null && !this.#ids.has(id) ? id : this.#newId();
    this.#ids.add(unique);
    turn.calls.push({
      id: unique,
      type: 'function',
      function: { name: functionName(name), arguments: argumentsOf(given) },
    });
    const slot = { turn, id: unique, wanted: id, name, result: null };
    turn.slots.push(slot);
    if (this.#recent[0]?.turn !== turn) this.#recent = [];
    if (this.#recent.push(slot) > MOST_WAITING) this.#recent.shift();
    if (id === null) return;
    const known = this.#waiting.get(id);
    if (!known) this.#waiting.set(id, [slot]);
    else if (known.push(slot) > MOST_WAITING) known.shift();
  }

  #newId(): string {
    let id: string;
    do id = `call_${++this.#made}`;
    while (this.#ids.has(id));
    return id;
  }

  #result(result: ToolResult): void {
    const slot = this.#slotOf(result);
    const text = resultContent(result);
    if (slot) {
      slot.result = text;
      slot.turn.isAnswered = true;
      this.#settle(slot);
      if (result.id !== null) this.#answered.set(result.id, slot);
      return;
    }
    const answered = result.id === null ? undefined : this.#answered.get(result.id);
    if (answered) answered.result += `\n${text}`;
    else this.#open('user', `[result of ${result.name ?? 'a tool'}] ${text}`);
  }

  /** The first waiting call of the result's id in the newest message that has one; without an id, of its name. */
  #slotOf({ id, name }: ToolResult): Slot | undefined {
    const waiting =
      id !== null
        ? (this.#waiting.get(id) ?? [])
        : this.#recent.filter((slot) => name === null || slot.name === name);
    const newest = waiting.at(-1)?.turn;
    return waiting.find(({ turn }) => turn === newest);
  }

  /** A result that comes later is no longer put in its place. */
  #forget({ slots }: Turn): void {
    for (const slot of slots) {
      this.#settle(slot);
      if (slot.wanted !== null && this.#answered.get(slot.wanted) === slot)
        this.#answered.delete(slot.wanted);
    }
  }

  /** It waits no longer. */
  #settle(slot: Slot): void {
    remove(slot, this.#recent);
    if (slot.wanted === null) return;
    const waiting = this.#waiting.get(slot.wanted) ?? [];
    remove(slot, waiting);
    if (waiting.length === 0) this.#waiting.delete(slot.wanted);
  }
}

function remove(slot: Slot, list: Slot[]): void {
  const at = list.indexOf(slot);
  if (at >= 0) list.splice(at, 1);
}

function messageOf({ role, content, refusal, calls }: Turn): ChatMessage {
  return {
    role,
    content: content === '' && role === 'assistant' ? null : content,
    ...(refusal !== '' && { refusal }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}
