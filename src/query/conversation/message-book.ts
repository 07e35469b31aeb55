import { readMessage, type Message } from '../../ai-log/message.ts';
import { resultText } from '../../ai-log/tool-outcome.ts';
import { digest } from '../../platform/digest.ts';
import { commonPrefix } from './align.ts';
import { systemPrompt, type SystemPrompt } from './system-prompt.ts';

/** A request's messages, and the number of each message's content. */
export interface Numbered {
  json: readonly string[];
  ids: readonly number[];
}

const MOST_READ = 32;

const ROLES_OF_SYSTEM: ReadonlySet<string> = new Set(['system', 'developer']);

/**
 * Numbers messages by the content that is shown. Equal texts get the same number, whatever their `cache_control` marks,
 * and whether they are written as a string or as a list with one text.
 */
export class MessageBook {
  readonly #byJson = new Map<string, number>();
  readonly #byContent = new Map<string, number>();
  readonly #isSystem: boolean[] = [];
  /** Recently read messages: those of a request are asked for several times. */
  readonly #read = new Map<string, Message>();
  /** The previous request's system prompt: usually the next one has the same. */
  #system: { beside: string | null; leading: readonly string[]; prompt: SystemPrompt } | undefined;

  /** `known` are earlier requests: what a request has in common with one of them need not be looked up. */
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
    let message = this.#read.get(json);
    if (message) return message;
    message = readMessage(json);
    if (this.#read.size >= MOST_READ) this.#read.clear();
    this.#read.set(json, message);
    return message;
  }

  /** The system prompt of a request: the field `beside` the messages, and its leading system messages. */
  systemPrompt(beside: string | null, leading: readonly string[]): SystemPrompt {
    const known = this.#system;
    const isSame =
      known?.beside === beside &&
      known.leading.length === leading.length &&
      leading.every((json, i) => json === known.leading[i]);
    if (isSame) return known.prompt;
    const prompt = systemPrompt(
      beside,
      leading.map((json) => resultText(this.read(json).parts)),
    );
    this.#system = { beside, leading, prompt };
    return prompt;
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

/** A digest in place of a text, so that the text need not be kept, nor the line that it may be a slice of. */
function nameOf(text: string): string {
  return text.length > 12 ? digest(text, 16) : text;
}

function contentOf(message: Message): string {
  const { parts, calls, answers } = message;
  const [only] = parts;
  // The usual case: a single text.
  if (only?.kind === 'text' && parts.length === 1 && calls.length === 0) {
    const role = roleOf(message);
    return answers ? `${JSON.stringify([role, answers])}\0${only.text}` : `${role}\n${only.text}`;
  }
  return JSON.stringify([roleOf(message), parts, calls, answers]);
}

/** Gemini calls an assistant a model. */
function roleOf({ role }: Message): string {
  return role === 'model' ? 'assistant' : role;
}
