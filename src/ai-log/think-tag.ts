import type { Part } from './message-part.ts';

/** A text whose reasoning stands before it, in tags. */
export interface Thought {
  thinking: string;
  text: string;
}

const OPEN = /^\s*<(think|thinking|thought)(?:\s[^<>]{0,100})?>/i;
const ANY_CLOSE = /<\/(?:think|thinking|thought)>/i;
/**
 * The end alone, on a line of its own or behind the end of a sentence: templates that begin a model's turn with `<think>`
 * leave the answer without it.
 */
const CLOSE = /(?:(?:^|\n)[ \t]*|(?<=[.!?。！？…)\]]))<\/think>[ \t]*/;

/**
 * Open models write their reasoning into the answer if the server does not part it: `<think>…</think>` at its start. An
 * answer that was cut may lack the end. Null for any other text, also one that only speaks of the tags.
 */
export function partThought(text: string): Thought | null {
  const [open, name = ''] = OPEN.exec(text) ?? [];
  if (open !== undefined) {
    const rest = text.slice(open.length);
    const close = new RegExp(`</${name}>`, 'i').exec(rest) ?? ANY_CLOSE.exec(rest);
    return close ? parted(rest, close) : { thinking: rest.trim(), text: '' };
  }
  const close = text.includes('</think>') ? CLOSE.exec(text) : null;
  if (!close) return null;
  const before = text.slice(0, close.index);
  const isQuoted = before.includes('<think>') || before.split('`').length % 2 === 0;
  return isQuoted ? null : parted(text, close);
}

function parted(text: string, close: RegExpExecArray): Thought {
  return {
    thinking: text.slice(0, close.index).trim(),
    text: text.slice(close.index + close[0].length).trimStart(),
  };
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
