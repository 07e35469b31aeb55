import type MarkdownIt from 'markdown-it';
import { keepFormulas } from './markdown-formulas.ts';
import { escapeText } from './text.ts';

// What models write differs from CommonMark: emphasis between CJK characters, formulas, `<br>`. And a reader must be
// able to trust what is shown: where a mark may be a letter of a path or of code, it stays.

type Markdown = InstanceType<typeof MarkdownIt>;
type InlineState = InstanceType<Markdown['inline']['State']>;

export function readAsMeant(markdown: Markdown): void {
  const { inline, block, core, renderer } = markdown;
  inline.State = emphasisAsMeant(markdown);
  keepFormulas(markdown);
  inline.ruler.at('escape', escape);
  inline.ruler.before('html_inline', 'html_mark', htmlMark);
  // A definition would vanish from the text.
  block.ruler.disable('reference');
  core.ruler.push('numbers', keepNumbers);
  renderer.rules['html_mark'] = (tokens, i) => {
    const { content = '', tag = '' } = tokens[i] ?? {};
    return `<${tag}>${escapeText(content)}</${tag}>`;
  };
}

/** Han, kana, Hangul, full-width forms, and their punctuation. */
function isCjk(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x11ff) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7ff) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe4f) ||
    (code >= 0xff00 && code <= 0xffef) ||
    (code >= 0x20000 && code <= 0x3ffff)
  );
}

const isWordCode = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);

/**
 * CommonMark decides by spaces and punctuation around a mark whether it begins or ends emphasis. CJK texts have no
 * spaces, so there a CJK character counts like one, as in the amendment that the CJK plugins of Markdown libraries
 * share. A mark inside of `2**10`, `src/**` or `__init__` is none.
 */
function emphasisAsMeant({ inline, utils }: Markdown): Markdown['inline']['State'] {
  const isPunctuation = (code: number): boolean => utils.isMdAsciiPunct(code) || utils.isPunctCharCode(code);

  return class extends inline.State {
    override scanDelims(start: number, canSplitWord: boolean): ReturnType<InlineState['scanDelims']> {
      const { src, posMax } = this;
      const marker = src.charCodeAt(start);
      let end = start;
      while (end < posMax && src.charCodeAt(end) === marker) end++;
      const length = end - start;
      const before = start === 0 ? 0x20 : codeBefore(src, start);
      const after = end < posMax ? (src.codePointAt(end) ?? 0x20) : 0x20;
      if (isLetter(src, marker, start, end, before, after))
        return { can_open: false, can_close: false, length };
      const isSpaceBefore = utils.isWhiteSpace(before);
      const isSpaceAfter = utils.isWhiteSpace(after);
      const isMarkBefore = isPunctuation(before);
      const isMarkAfter = isPunctuation(after);
      const isCjkBefore = isCjk(before);
      const isCjkAfter = isCjk(after);
      const begins =
        !isSpaceAfter && (!isMarkAfter || isCjkAfter || isSpaceBefore || isMarkBefore || isCjkBefore);
      const ends =
        !isSpaceBefore && (!isMarkBefore || isCjkBefore || isSpaceAfter || isMarkAfter || isCjkAfter);
      return {
        can_open: begins && (canSplitWord || !ends || isMarkBefore),
        can_close: ends && (canSplitWord || !begins || isMarkAfter),
        length,
      };
    }
  };
}

function codeBefore(src: string, at: number): number {
  const code = src.charCodeAt(at - 1);
  const isLow = code >= 0xdc00 && code <= 0xdfff;
  return (isLow && at > 1 ? src.codePointAt(at - 2) : code) ?? code;
}

const STAR = 0x2a;
const UNDERSCORE = 0x5f;
const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
/** The longest name that is looked at. */
const LONGEST_NAME = 200;

/** Whether a mark is a part of code or of a path that was written without backticks. */
function isLetter(
  src: string,
  marker: number,
  start: number,
  end: number,
  before: number,
  after: number,
): boolean {
  if (marker === STAR) {
    if (isWordCode(before) && isWordCode(after)) return true;
    if (before === BACKSLASH || after === BACKSLASH) return true;
    // `src/**/*.ts` and `/*`, but not `**yes**/**no**`.
    const isBesideSlash = before === SLASH || after === SLASH;
    if (isBesideSlash && (end - start === 1 || (!isWordCode(before) && !isWordCode(after)))) return true;
    // `*.txt`
    return after === 0x2e && isWordCode(src.charCodeAt(end + 1));
  }
  if (marker !== UNDERSCORE) return false;
  // `x_{1}`
  if (after === BRACE) return true;
  let from = start;
  let to = end;
  const isName = (at: number): boolean => isWordCode(src.charCodeAt(at)) || src.charCodeAt(at) === UNDERSCORE;
  while (from > 0 && start - from < LONGEST_NAME && isName(from - 1)) from--;
  while (to < src.length && to - end < LONGEST_NAME && isName(to)) to++;
  return /^__\w*[^_]__$/.test(src.slice(from, to));
}

/** What a backslash hides from Markdown. Before anything else it is a part of the text: of a formula, of a path. */
const ESCAPABLE = new Set('*_`#+-.!|<>~');
/** These stay with the backslash before them, and are no marks. */
const HELD = new Set('\\[](){}$');
/** The start of a Windows path. */
const PATH = /^["'(]*(?:[A-Za-z]:\\|\\\\|%\w+%\\)/;

function escape(state: InlineState, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  if (src.charCodeAt(pos) !== 0x5c || pos + 1 >= posMax) return false;
  const next = src.charAt(pos + 1);
  // A line that goes on: the backslash stays, and the line ends.
  if (next === '\n') return false;
  const isMark = ESCAPABLE.has(next);
  const isHidden = isMark && !isInPath(src, pos);
  const length = isMark || HELD.has(next) ? 2 : 1;
  if (!silent && isHidden) {
    const token = state.push('text_special', '', 0);
    token.content = next;
    token.markup = `\\${next}`;
    token.info = 'escape';
  } else if (!silent) state.pending += src.slice(pos, pos + length);
  state.pos += length;
  return true;
}

function isInPath(src: string, pos: number): boolean {
  const line = src.slice(Math.max(0, pos - LONGEST_NAME), pos);
  return PATH.test(line.slice(Math.max(line.lastIndexOf(' '), line.lastIndexOf('\n')) + 1) + src.charAt(pos));
}

const BREAK = /<br\s{0,9}\/?>/iy;
const SMALL = /<(sub|sup|kbd)>([^<>\n]{1,80})<\/\1>/y;

/** HTML is shown as text, but for these: models write line breaks in the cells of tables. */
function htmlMark(state: InlineState, silent: boolean): boolean {
  const { src, pos } = state;
  if (src.charCodeAt(pos) !== 0x3c) return false;
  BREAK.lastIndex = pos;
  SMALL.lastIndex = pos;
  const [line] = BREAK.exec(src) ?? [];
  const [small, tag = '', content = ''] = SMALL.exec(src) ?? [];
  const found = line ?? small;
  if (found === undefined || pos + found.length > state.posMax) return false;
  if (!silent) {
    if (line !== undefined) state.push('hardbreak', 'br', 0);
    else state.push('html_mark', tag, 0).content = content;
  }
  state.pos += found.length;
  return true;
}

/** A list's numbers are those of the text, with their `)`, unless all are the same. */
function keepNumbers({ tokens }: { tokens: InlineState['tokens'] }): void {
  const lists: { start: number; next: number }[] = [];
  for (const token of tokens) {
    if (token.type === 'ordered_list_open') {
      const start = Number(token.attrGet('start') ?? 1);
      lists.push({ start, next: start });
      if (token.markup === ')') token.attrSet('class', 'paren');
    } else if (token.type === 'ordered_list_close') lists.pop();
    else if (token.type === 'list_item_open' && token.info !== '') {
      const list = lists.at(-1);
      const number = Number(token.info);
      if (!list) continue;
      const isOwn = number !== list.next && number !== list.start;
      if (isOwn) token.attrSet('value', token.info);
      list.next = (isOwn ? number : list.next) + 1;
    }
  }
}
