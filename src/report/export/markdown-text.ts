import { cleanLine, cleanText } from '../../platform/clean-text.ts';
import { clip } from '../terminal.ts';

// Texts of a log in Markdown. None may become HTML, a link elsewhere, a picture that is loaded, or a mention, and none may
// end the block that it is in.

const LONGEST_NAME = 80;

/** A line of plain text, whatever it holds. */
export function escapeMarkdown(text: string): string {
  return text.replaceAll(/[\\`*{}[\]<>#|~@!&]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

/** As code, so that no name becomes a link, a mention, HTML or emphasis. */
export function codeSpan(name: string, most = LONGEST_NAME): string {
  const text = clip(name, most) || '-';
  const fence = '`'.repeat(longestRun(text) + 1);
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : '';
  return fence + pad + text + pad + fence;
}

/** A block of code that the text cannot end. */
export function fenced(text: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((max, run) => Math.max(max, run.length), 0);
}

/** What a model wrote: as its Markdown if that is harmless wherever it is shown, otherwise as it is. */
export function modelText(text: string): string {
  const clean = trimmed(text);
  return isHarmless(clean) ? quoted(clean) : fenced(clean, 'markdown');
}

/** What anybody else wrote, letter by letter. */
export function plainText(text: string): string {
  const clean = trimmed(text);
  return isProse(clean) ? quoted(clean) : fenced(clean);
}

/** A text of several lines, safe to print. The first line keeps its indentation. */
function trimmed(text: string): string {
  return cleanText(text)
    .replace(/^(?: *\n)+/, '')
    .trimEnd();
}

/** Whatever begins in a quotation ends with it: lists, fences, headings. */
function quoted(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '> ').replaceAll(/^$/gm, '>');
}

/** HTML, a picture, a mention, or the address of a link somewhere else in the file. */
const HARMFUL = /<[a-z/!?]|!\[|(?<![\w.])@\w|\]\s*:/i;
const LINK = /\]\(/g;
const LINK_TO = /\]\((?:https?:\/\/|#)/gi;

function isHarmless(text: string): boolean {
  return !HARMFUL.test(text) && count(text, LINK) === count(text, LINK_TO);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}

/** Paragraphs of one line each, in which nothing has a meaning in Markdown. */
function isProse(text: string): boolean {
  return (
    !/[`*<>[\]#|~\\&@$]|(?<!\w)_|_(?!\w)|:\/\/|www\.| {2}/i.test(text) &&
    text.split('\n\n').every((line) => !line.includes('\n') && !/^(?:\s|[-+=]|\d+[.)]|$)/.test(line))
  );
}

/** Something folded. `body` is Markdown. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}

/** One line of text as HTML. Some programs read Markdown inside HTML too. */
export function htmlLine(text: string): string {
  return cleanLine(text).replaceAll(/[&<>"@`[\]]/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
