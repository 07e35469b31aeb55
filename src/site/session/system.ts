import { digest } from '../../platform/digest.ts';
import type { SystemPrompt } from '../../query/conversation/system-prompt.ts';
import type { Budget } from './clip.ts';
import type { Item } from './view.ts';

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
