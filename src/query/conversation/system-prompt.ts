import { readParts } from '../../ai-log/message.ts';
import { resultText } from '../../ai-log/tool-outcome.ts';
import { digest } from '../../platform/digest.ts';

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
