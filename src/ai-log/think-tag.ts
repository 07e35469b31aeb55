import type { Part } from './message-part.ts';

/** A text whose reasoning stands before it, in tags. */
export interface Thought {
  thinking: string;
  text: string;
}

const OPEN = /^\s*<(think|thinking)>/;
/** A line of its own: templates that begin a model's turn with `<think>` leave the answer with the end tag only. */
const CLOSE = /(?:^|\n)[ \t]*<\/think>[ \t]*(?:\n|$)/;

/**
 * Open models write their reasoning into the answer if the server does not part it: `<think>…</think>` at its start. An
 * answer that was cut may lack the end. Null for any other text, also one that only speaks of the tags.
 */
export function partThought(text: string): Thought | null {
  const [open, name] = OPEN.exec(text) ?? [];
  if (open !== undefined) {
    const from = text.indexOf(`<${name}>`) + open.trim().length;
    const end = text.indexOf(`</${name}>`, from);
    if (end < 0) return { thinking: text.slice(from).trim(), text: '' };
    return {
      thinking: text.slice(from, end).trim(),
      text: text.slice(end + open.trim().length + 1).trimStart(),
    };
  }
  const close = text.includes('</think>') ? CLOSE.exec(text) : null;
  if (!close) return null;
  const thinking = text.slice(0, close.index);
  const isQuoted = thinking.includes('<think>') || thinking.split('```').length % 2 === 0;
  return isQuoted
    ? null
    : { thinking: thinking.trim(), text: text.slice(close.index + close[0].length).trimStart() };
}

/** The parts of an answer: reasoning that its first text begins with is a part of its own. */
export function thoughtParted(parts: readonly Part[]): Part[] {
  const first = parts.findIndex(({ kind }) => kind === 'text');
  return parts.flatMap((part, i): Part[] => {
    const thought = i === first && part.kind === 'text' ? partThought(part.text) : null;
    if (!thought) return [part];
    const { thinking, text } = thought;
    return [
      ...(thinking === '' ? [] : [{ kind: 'thinking' as const, text: thinking }]),
      ...(text === '' ? [] : [{ kind: 'text' as const, text }]),
    ];
  });
}
