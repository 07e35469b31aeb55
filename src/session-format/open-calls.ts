import type { ToolCall } from '../ai-log/message.ts';
import { digest } from '../platform/digest.ts';
import { parseJson } from '../platform/json-spans.ts';

/** Enough for an agent with its sub-agents. */
const MOST_OPEN = 64;
const KEY_BYTES = 6;
const KEY_LENGTH = 8;
const NO_ID = '-'.repeat(KEY_LENGTH);

/**
 * The calls of a session's logged answers that no request has sent back so far. A call that is sent back and is not
 * among them was never logged: the plugin logs Claude's calls only if the answer is streamed.
 */
export class OpenCalls {
  /** For each a key of its id, and one of its name and arguments, because some clients change ids. */
  readonly #keys: string[];
  /** Whether a round was seen. Before that, it is not known what was logged. */
  #isKnown: boolean;

  /** `saved`: absent if no round was seen. */
  constructor(saved?: readonly string[]) {
    this.#keys = [...(saved ?? [])];
    this.#isKnown = saved !== undefined;
  }

  save(): string[] | undefined {
    return this.#isKnown ? [...this.#keys] : undefined;
  }

  /** Adds a round: its request sent `sent` back, its answer made `made`. Returns those sent that were not logged. */
  pass(sent: readonly ToolCall[], made: readonly ToolCall[]): ToolCall[] {
    const unlogged = sent.filter((call) => !this.#close(call));
    const found = this.#isKnown ? unlogged : [];
    this.#isKnown = true;
    for (const call of made.slice(-MOST_OPEN)) this.#keys.push(idKey(call) + contentKey(call));
    this.#keys.splice(0, this.#keys.length - MOST_OPEN);
    return found;
  }

  #close(call: ToolCall): boolean {
    if (this.#keys.length === 0) return false;
    const id = idKey(call);
    let at = id === NO_ID ? -1 : this.#keys.findIndex((key) => key.startsWith(id));
    if (at < 0) {
      const content = contentKey(call);
      at = this.#keys.findIndex((key) => key.endsWith(content));
    }
    if (at >= 0) this.#keys.splice(at, 1);
    return at >= 0;
  }
}

function idKey({ id }: ToolCall): string {
  return id === null ? NO_ID : keyOf(id);
}

/** Clients write arguments anew, with other white space. */
function contentKey(call: ToolCall): string {
  return keyOf(`${call.name}\n${normalised(call.arguments)}`);
}

function normalised(json: string): string {
  const value = parseJson(json || '{}');
  if (value === undefined) return json;
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Nested too deeply.
    if (error instanceof RangeError) return json;
    throw error;
  }
}

function keyOf(text: string): string {
  return Buffer.from(digest(text, KEY_BYTES), 'latin1').toString('base64');
}
