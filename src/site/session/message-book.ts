import { readMessage, type Message } from '../../ai-log/message.ts';
import { digest } from '../../platform/digest.ts';
import { commonPrefix } from './align.ts';

/** A request's messages, each with the number of its content. */
export interface Numbered {
  json: readonly string[];
  ids: readonly number[];
}

const ROLES_OF_SYSTEM: ReadonlySet<string> = new Set(['system', 'developer']);

/**
 * Numbers messages by their content, as it is shown: the same text gets the same number, wherever `cache_control`
 * marks stand, and whether it is written as a text or as a list of one text.
 */
export class MessageBook {
  readonly #byJson = new Map<string, number>();
  readonly #byContent = new Map<string, number>();
  readonly #isSystem: boolean[] = [];
  /** The message read last: it is mostly asked for again at once. */
  #last: { json: string; message: Message } | undefined;

  /** `known`: earlier requests, of which the one that begins alike saves looking every message up. */
  number(json: readonly string[], known: Iterable<Numbered>): Numbered {
    let ids: number[] = [];
    for (const request of known) {
      const prefix = commonPrefix(request.json, json);
      if (prefix > ids.length) ids = request.ids.slice(0, prefix);
      if (prefix > 0 && prefix === request.json.length) break;
    }
    for (let i = ids.length; i < json.length; i++) ids.push(this.#idOf(json[i] ?? ''));
    return { json, ids };
  }

  isSystem(id: number): boolean {
    return this.#isSystem[id] === true;
  }

  read(json: string): Message {
    if (this.#last?.json !== json) this.#last = { json, message: readMessage(json) };
    return this.#last.message;
  }

  #idOf(json: string): number {
    const name = nameOf(json);
    const known = this.#byJson.get(name);
    if (known !== undefined) return known;
    const message = this.read(json);
    const content = nameOf(contentOf(message));
    const id = this.#byContent.get(content) ?? this.#isSystem.length;
    this.#byJson.set(name, id);
    if (id === this.#isSystem.length) {
      this.#byContent.set(content, id);
      this.#isSystem.push(ROLES_OF_SYSTEM.has(message.role));
    }
    return id;
  }
}

/** A digest, so that the text itself can be forgotten; short ones are their own name. */
function nameOf(text: string): string {
  return text.length > 400 ? digest(text, 16) : text;
}

function contentOf(message: Message): string {
  const { parts, calls, answers } = message;
  const [only] = parts;
  // Most messages are one text.
  if (only?.kind === 'text' && parts.length === 1 && calls.length === 0 && !answers)
    return `${roleOf(message)}\n${only.text}`;
  return JSON.stringify([roleOf(message), parts, calls, answers]);
}

/** Gemini calls an assistant a model. */
function roleOf({ role }: Message): string {
  return role === 'model' ? 'assistant' : role;
}
