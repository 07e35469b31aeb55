import type MarkdownIt from 'markdown-it';
import { escapeText, preformatted } from './text.ts';

type Markdown = InstanceType<typeof MarkdownIt>;
type InlineState = InstanceType<Markdown['inline']['State']>;
type BlockState = InstanceType<Markdown['block']['State']>;

/** Formulas in LaTeX stay as they are: no star, underscore or backslash in them is a mark. */
export function keepFormulas({ inline, block, renderer }: Markdown): void {
  inline.ruler.before('escape', 'formula', formula);
  block.ruler.before('fence', 'formula_block', formulaBlock, {
    alt: ['paragraph', 'reference', 'blockquote', 'list'],
  });
  renderer.rules['formula'] = (tokens, i) =>
    `<code class="formula" dir="ltr">${escapeText(tokens[i]?.content ?? '')}</code>`;
  renderer.rules['formula_block'] = (tokens, i) => {
    const { content = '' } = tokens[i] ?? {};
    return `${preformatted(escapeText(content), content, 'ltr')}\n`;
  };
}

const FORMULAS = [
  ['\\(', '\\)'],
  ['\\[', '\\]'],
  ['$$', '$$'],
] as const;

function formula(state: InlineState, silent: boolean): boolean {
  const { src, pos, posMax } = state;
  const code = src.charCodeAt(pos);
  if (code !== 0x5c && code !== 0x24) return false;
  const known = FORMULAS.find(([open]) => src.startsWith(open, pos));
  const end = known ? closeOf(src, pos + 2, known[1], posMax) : code === 0x24 ? dollarEnd(src, pos) : -1;
  if (end < 0 || end > posMax) return false;
  if (!silent) state.push('formula', 'code', 0).content = src.slice(pos, end);
  state.pos = end;
  return true;
}

function closeOf(src: string, from: number, close: string, most: number): number {
  const at = src.slice(0, Math.min(most, from + MOST_FORMULA)).indexOf(close, from);
  return at < 0 ? -1 : at + close.length;
}

const MOST_FORMULA = 2_000;

/** `$x_1$`, but not the dollars of `$5 and $10`. */
function dollarEnd(src: string, pos: number): number {
  FORMULA.lastIndex = pos;
  const [whole, inside = ''] = FORMULA.exec(src) ?? [];
  return whole !== undefined && /[\\^_{=]|^[A-Za-z]$/.test(inside) ? pos + whole.length : -1;
}

const FORMULA = /\$(?![\s$])([^$\n]{0,199}[^$\s\\])\$(?!\d)/y;

/** A formula on lines of its own. */
function formulaBlock(state: BlockState, startLine: number, endLine: number, silent: boolean): boolean {
  const start = (state.bMarks[startLine] ?? 0) + (state.tShift[startLine] ?? 0);
  const close = blockClose(
    state.src.slice(start, Math.min(start + LONGEST_HEAD, state.eMarks[startLine] ?? 0)),
  );
  if (close === null) return false;
  const last = Math.min(endLine, startLine + MOST_LINES);
  for (let line = startLine; line < last; line++) {
    const end = state.eMarks[line] ?? 0;
    const from = line === startLine ? start + 2 : (state.bMarks[line] ?? 0);
    const at = state.src.slice(from, end).indexOf(close);
    if (at < 0) continue;
    if (state.src.slice(from + at + close.length, end).trim() !== '') return false;
    if (silent) return true;
    const token = state.push('formula_block', 'code', 0);
    token.block = true;
    token.content = state.getLines(startLine, line + 1, state.blkIndent, false);
    token.map = [startLine, line + 1];
    state.line = line + 1;
    return true;
  }
  return false;
}

const MOST_LINES = 100;

/** What ends a formula that begins with this line; null if none begins. */
function blockClose(line: string): string | null {
  if (line.startsWith('$$')) return '$$';
  if (line.startsWith('\\[')) return '\\]';
  const [, name] = /^\\begin\{(\w{1,30}\*?)\}/.exec(line) ?? [];
  return name === undefined ? null : `\\end{${name}}`;
}

/** Characters of a line that may begin a formula. */
const LONGEST_HEAD = 50;
