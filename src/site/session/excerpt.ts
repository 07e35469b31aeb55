import { parseJson } from '../../platform/json-spans.ts';
import type { Message, Part } from '../../ai-log/message.ts';
import { cleanLine } from '../../platform/clean-text.ts';
import { wholeCharacters } from './clip.ts';

/** Enough for a line of any width; the page clips the rest. */
const LONGEST = 160;
const SCANNED = 1_000;
/** Enough of most texts; its last characters depend on what follows. */
const GLANCED = 300;
const MARGIN = 20;

/** Markdown's marks, which mean nothing on one line. */
const MARKS = /`+|\*\*|^#{1,6} /gm;

/** The beginning of a text, on one line. */
export function excerptOf(text: string): string {
  const start = text.slice(0, GLANCED);
  // Usually this is enough, unless it has the begin of an escape sequence.
  const first = text.length > GLANCED && !/[\u001b\u0080-\u009f]/.test(start) ? cleanLine(start) : '';
  const line = first.length > LONGEST + MARGIN ? first : cleanLine(wholeCharacters(text, SCANNED));
  return line.length > LONGEST ? `${wholeCharacters(line, LONGEST)}…` : line;
}

/** What agents add to a user's messages. */
const ADDED = /^\s*<(system-reminder|local-command-\w+|command-\w+|environment_context|user_instructions)\b/;
const ADDED_INSIDE = /<system-reminder>[\s\S]*?<\/system-reminder>/g;

/** What the user wrote, on one line; empty if nothing. */
export function wordsOf(parts: readonly Part[]): string {
  const texts: string[] = [];
  let looked = 0;
  for (const part of parts) {
    if (part.kind !== 'text' || ADDED.test(part.text)) continue;
    texts.push(wholeCharacters(part.text, 20 * SCANNED).replaceAll(ADDED_INSIDE, ' '));
    looked += part.text.length;
    if (looked > SCANNED) break;
  }
  const words = excerptOf(texts.join(' ').replaceAll(MARKS, ''));
  if (words !== '') return words;
  return parts.some((part) => part.kind === 'image') ? 'An image' : '';
}

/** What the user wrote in a message; empty if it is not a user's message, or is all the agent's. */
export function promptOf(message: Message): string {
  return message.role === 'user' ? wordsOf(message.parts) : '';
}

/** Arguments that best tell what a call does, the most telling first. */
const TELLING = [
  'command',
  'cmd',
  'file_path',
  'path',
  'pattern',
  'query',
  'url',
  'patch',
  'prompt',
  'description',
  'args',
  'input',
];

/** A call's arguments on one line: the most telling one, or all of them. */
export function argumentsExcerpt(json: string): string {
  const value = json.length > 20 * SCANNED ? undefined : parseJson(json);
  if (typeof value !== 'object' || value === null) return excerptOf(typeof value === 'string' ? value : json);
  const members = Array.isArray(value) ? [] : Object.entries(value as Record<string, unknown>);
  const telling = TELLING.find((key) => members.some(([name, given]) => name === key && isTelling(given)));
  const chosen = telling === undefined ? members : members.filter(([name]) => name === telling);
  const [only] = chosen;
  if (!only) return Array.isArray(value) ? excerptOf(json) : '';
  if (chosen.length > 1)
    return excerptOf(chosen.map(([name, given]) => `${name}: ${scalarText(given)}`).join(', '));
  const [, given] = only;
  if (Array.isArray(given) && given.every((word) => typeof word === 'string'))
    return excerptOf(
      telling === undefined ? given.map((word) => JSON.stringify(word)).join(', ') : given.join(' '),
    );
  return excerptOf(scalarText(given));
}

function scalarText(given: unknown): string {
  return typeof given === 'string' ? given : (JSON.stringify(given) ?? '');
}

function isTelling(given: unknown): boolean {
  return (typeof given === 'string' && given !== '') || Array.isArray(given);
}
