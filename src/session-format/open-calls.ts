import { hasEscapedNames } from '../ai-log/request-tools.ts';
import type { ToolCall } from '../ai-log/message.ts';
import { base64Digest } from '../platform/digest.ts';
import { normalised } from './normalised-arguments.ts';

/** Enough for an agent with its sub-agents. */
const MOST_OPEN = 64;
const KEY_LENGTH = 8;
const NO_ID = '-'.repeat(KEY_LENGTH);

/**
 * The calls of a session's logged answers that no request has sent back so far. A call that is sent back and is not
 * among them was never logged: the plugin logs Claude's calls only if the answer is streamed.
 */
export class OpenCalls {
  readonly #open: OpenCall[];
  /** Whether a round was seen. Before that, it is not known what was logged. */
  #isKnown: boolean;

  /** `saved`: absent if no round was seen. */
  constructor(saved?: readonly string[]) {
    this.#open = [...(saved ?? [])];
    this.#isKnown = saved !== undefined;
  }

  save(): string[] | undefined {
    for (const [i, call] of this.#open.entries()) this.#open[i] = keyOfCall(call);
    return this.#isKnown ? (this.#open as string[]).slice() : undefined;
  }

  /** Adds a round: its request sent `sent` back, its answer made `made`. Returns those sent that were not logged. */
  pass(sent: readonly ToolCall[], made: readonly ToolCall[]): ToolCall[] {
    const unlogged = sent.filter((call) => !this.#close(call));
    const found = this.#isKnown ? unlogged : [];
    this.#isKnown = true;
    this.#open.push(...made.slice(-MOST_OPEN));
    this.#open.splice(0, this.#open.length - MOST_OPEN);
    return found;
  }

  /**
   * The calls in an answer's text, if all of them were logged by this process. Inside a string every quote is escaped, so
   * what is found are members: an id and the arguments for each call.
   */
  find(text: string): ToolCall[] | undefined {
    const ids = countIn(text, '"id"');
    if (ids === 0 || ids !== countIn(text, '"arguments"') + countIn(text, 'tool_use"')) return undefined;
    if (text.includes('"function_call"') || hasEscapedNames(text)) return undefined;
    const found: ToolCall[] = [];
    for (let i = this.#open.length - 1; i >= 0 && found.length < ids; i--) {
      const call = this.#open[i];
      if (typeof call === 'object' && call.id !== null && text.includes(`"id":"${call.id}"`))
        found.push(call);
    }
    return found.length === ids ? found.toReversed() : undefined;
  }

  #close(call: ToolCall): boolean {
    if (this.#open.length === 0) return false;
    let at = call.id === null ? -1 : this.#indexOfId(call.id);
    if (at < 0) {
      const content = contentKey(call);
      at = this.#open.findIndex((open) => keyOfCall(open).endsWith(content));
    }
    if (at >= 0) this.#open.splice(at, 1);
    return at >= 0;
  }

  #indexOfId(id: string): number {
    let key: string | undefined;
    return this.#open.findIndex((open) =>
      typeof open === 'string' ? open.startsWith((key ??= keyOf(id))) : open.id === id,
    );
  }
}

/** As it was logged; once it was saved, a key of its id, and one of its name and arguments: some clients change ids. */
type OpenCall = ToolCall | string;

function countIn(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

function keyOfCall(call: OpenCall): string {
  return typeof call === 'string' ? call : idKey(call) + contentKey(call);
}

function idKey({ id }: ToolCall): string {
  return id === null ? NO_ID : keyOf(id);
}

function contentKey(call: ToolCall): string {
  return keyOf(`${call.name}\n${normalised(call.arguments)}`);
}

function keyOf(text: string): string {
  return base64Digest(text, KEY_LENGTH);
}
