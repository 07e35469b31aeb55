import { withoutFiles } from '../../ai-log/media-text.ts';
import type { Message, Part } from '../../ai-log/message.ts';
import { cleanLine } from '../../platform/clean-text.ts';
import { parseExact, printExact } from './exact-json.ts';
import { withIsolates, withoutMarks } from './marks.ts';

/** Enough for a line of any width; the page clips the rest. */
const LONGEST = 160;
const SCANNED = 1_000;
/** Enough of most texts; its last characters depend on what follows. */
const GLANCED = 300;
const MARGIN = 20;
/** The begin of an escape sequence, or of a file: then a glance is not enough. */
const NEEDS_MORE = /[\u001b\u0080-\u009f]|data:|!\[|[\w+/-]{20}$/;

/** The beginning of a text, on one line. */
export function excerptOf(text: string): string {
  const start = text.slice(0, GLANCED);
  const first = text.length > GLANCED && !NEEDS_MORE.test(start) ? cleanLine(start) : '';
  const line =
    first.length > LONGEST + MARGIN
      ? first
      : cleanLine(wholeCharacters(withoutFiles(text.slice(0, MOST_FILES)), SCANNED));
  return line.length > LONGEST ? `${wholeCharacters(line, LONGEST)}…` : line;
}

/** Files in the beginning of a text are looked for up to here. */
const MOST_FILES = 200_000;

/** The same without Markdown's marks. */
export function gistOf(text: string): string {
  const head = wholeCharacters(withoutFiles(text.slice(0, MOST_FILES)), 2 * SCANNED);
  return withIsolates(excerptOf(withoutMarks(head.replaceAll(/[\uf8f0\uf8f1]/g, ''))));
}

/** The start of a text, without splitting a surrogate pair. */
export function wholeCharacters(text: string, length: number): string {
  return text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
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
    const text = withoutFiles(part.text.slice(0, MOST_FILES));
    texts.push(wholeCharacters(text, 20 * SCANNED).replaceAll(ADDED_INSIDE, ' '));
    looked += text.length;
    if (looked > SCANNED) break;
  }
  const words = gistOf(texts.join(' '));
  if (words !== '') return words;
  const [media] = parts.flatMap((part) => (part.kind === 'media' ? [part.media] : []));
  return media === undefined ? '' : MEDIA[media.type];
}

const MEDIA = { image: 'An image', audio: 'A recording', video: 'A video', file: 'A file' } as const;

/** What the user wrote in a message; empty if it is not a user's message, or is all the agent's. */
export function promptOf(message: Message): string {
  return message.role === 'user' ? wordsOf(message.parts) : '';
}

/** Arguments that best tell what a call does, the most telling first. */
const TELLING = [
  'command',
  'commands',
  'cmd',
  'file_path',
  'path',
  'pattern',
  'query',
  'queries',
  'url',
  'patch',
  'prompt',
  'description',
  'args',
  'code',
  'input',
];

/** A call's arguments on one line: the most telling one, or all of them. */
export function argumentsExcerpt(json: string): string {
  const value = json.length > 20 * SCANNED ? undefined : parseExact(json);
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
  return typeof given === 'string' && !given.startsWith('\0') ? given : (printExact(given) ?? '');
}

function isTelling(given: unknown): boolean {
  return (typeof given === 'string' && given !== '') || Array.isArray(given);
}
