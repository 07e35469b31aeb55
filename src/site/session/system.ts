import { readParts } from '../../ai-log/message.ts';
import { digest } from '../../platform/digest.ts';
import type { Budget } from './clip.ts';
import { resultText } from '../../ai-log/tool-outcome.ts';
import type { Item } from './view.ts';

/** A system prompt. Claude's is a separate field with several parts; OpenAI's is the first message. */
export interface SystemPrompt {
  /** Digest of its content; empty if there is none. */
  key: string;
  texts: readonly string[];
}

const NONE: SystemPrompt = { key: '', texts: [] };

/** A prompt from the field `beside` the messages (JSON) and from the `leading` system messages. */
export function systemPrompt(beside: string | null, leading: readonly string[]): SystemPrompt {
  const texts = [...(beside === null ? [] : textsOf(beside)), ...leading].filter(
    (text) => text.trim() !== '',
  );
  return texts.length === 0 ? NONE : { key: digest(texts.join('\0'), 16), texts };
}

function textsOf(json: string): string[] {
  return readParts(json).map((part) => resultText([part]));
}

/** Whether two prompts belong to one agent: they are equal, or differ in a small part, such as the time of day. */
export function isAlike(a: SystemPrompt, b: SystemPrompt): boolean {
  if (a.key === b.key) return true;
  if (a.key === '' || b.key === '') return false;
  const [one, other] = [a.texts.join('\n'), b.texts.join('\n')];
  const most = Math.min(one.length, other.length);
  let head = 0;
  while (head < most && one.charCodeAt(head) === other.charCodeAt(head)) head++;
  let tail = 0;
  while (
    tail < most - head &&
    one.charCodeAt(one.length - 1 - tail) === other.charCodeAt(other.length - 1 - tail)
  )
    tail++;
  return head + tail >= ALIKE * Math.max(one.length, other.length);
}

const ALIKE = 0.8;

/** Shows each text of a system prompt once in a session. */
export class SystemPrompts {
  /** The round that showed a prompt or one of its texts, by digest. */
  readonly #shown = new Map<string, number>();

  /** What a round shows of its prompt; `before` is the prompt of its thread's previous round. */
  present(
    prompt: SystemPrompt,
    before: SystemPrompt | undefined,
    round: number,
    budget: Budget,
  ): Item | null {
    if (prompt.key === '' || prompt.key === before?.key) return null;
    const characters = prompt.texts.reduce((sum, text) => sum + text.length, 0);
    const sameAs = this.#shown.get(prompt.key);
    if (sameAs !== undefined)
      return { kind: 'system', clips: [], more: 0, characters, known: prompt.texts.length, sameAs };
    const fresh = prompt.texts.filter((text) => !this.#shown.has(digest(text, 16)));
    this.#shown.set(prompt.key, round);
    for (const text of prompt.texts) this.#shown.set(digest(text, 16), round);
    const known = prompt.texts.length - fresh.length;
    const change = before && fresh.length === 1 ? changeOf(prompt, before, fresh[0] ?? '', budget) : null;
    if (change) return change;
    const { shown, more } = budget.first(fresh, 'part');
    const clips = shown.map((text) => budget.take(text));
    return { kind: 'system', clips, more, characters, known, sameAs: null };
  }
}

/** The lines that differ, if most are the same: some agents write the time of day into their prompt. */
function changeOf(
  prompt: SystemPrompt,
  before: SystemPrompt,
  fresh: string,
  budget: Budget,
): Extract<Item, { kind: 'system-change' }> | null {
  const replaced = before.texts[prompt.texts.indexOf(fresh)];
  if (replaced === undefined) return null;
  const [old, now] = [replaced.split('\n'), fresh.split('\n')];
  const most = Math.min(old.length, now.length);
  let head = 0;
  while (head < most && old[head] === now[head]) head++;
  let tail = 0;
  while (tail < most - head && old[old.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  if ((head + tail) * 2 < now.length) return null;
  return {
    kind: 'system-change',
    removed: budget.take(old.slice(head, old.length - tail).join('\n')),
    added: budget.take(now.slice(head, now.length - tail).join('\n')),
    sameLines: head + tail,
  };
}
