import { withoutFiles } from '../ai-log/media-text.ts';
import { parseJson } from '../platform/json-spans.ts';

const LONGEST = 120;
/** Enough text for a title; a question can be megabytes. */
const LOOKED_AT = 2000;

/** A session's title: the start of its first question, on one line; null if the question has no words. */
export function titleOf(question: string | null): string | null {
  if (question === null) return null;
  const words = wordsOf(parseJson(question));
  const near = words.includes(';base64,') ? withoutFiles(words) : words;
  const text = near.slice(0, LOOKED_AT).replaceAll(/\s+/g, ' ').trim();
  if (text === '') return null;
  return text.length > LONGEST
    ? `${text
        .slice(0, LONGEST - 1)
        .replace(/[\uD800-\uDBFF]$/, '')
        .toWellFormed()}…`
    : text.toWellFormed();
}

/** A question is a text, or a list of parts, some of which are texts. */
function wordsOf(question: unknown): string {
  if (typeof question === 'string') return question;
  if (!Array.isArray(question)) return '';
  return question
    .map((part: unknown) =>
      typeof part === 'object' && part !== null && 'text' in part && typeof part.text === 'string'
        ? part.text
        : '',
    )
    .join(' ');
}
