import { withoutStyles } from '../../platform/clean-text.ts';

const SPECIAL: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes text for use inside an element. */
export function escapeText(text: string): string {
  return /[&<>]/.test(text) ? text.replace(/[&<>]/g, (mark) => SPECIAL[mark] ?? mark) : text;
}

/** Escapes text for use inside a double-quoted attribute. */
export function escapeAttribute(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => SPECIAL[mark] ?? mark);
}

/**
 * Replaces control characters, except tabs and line breaks, by visible symbols: `␛` for an escape. Two kinds are named,
 * such as `[U+202E]`: those that change the direction of text, which can make code look as if it did something else, and
 * tags, which can hide a text from people. The flags of England, Scotland and Wales are made of tags, and stay.
 */
export function withVisibleControls(text: string): string {
  const lines = text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
  return CONTROL.test(lines) ? lines.replaceAll(CONTROLS, visibleControl) : lines;
}

const CONTROL = /[\0-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\udb40]/;
const CONTROLS =
  /[\0-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]|\ud83c\udff4(?:\udb40[\udc00-\udc7f])+|\udb40[\udc00-\udc7f]/g;

function visibleControl(control: string): string {
  if (control.length > 2) return control;
  if (control === '\x7f') return '\u2421';
  const code = control.codePointAt(0) ?? 0;
  return code < 0x20 ? String.fromCharCode(0x2400 + code) : `[U+${code.toString(16).toUpperCase()}]`;
}

/** A preformatted block. If it may scroll, it can be focused, so that the keyboard can scroll it. */
export function preformatted(
  html: string,
  text: string,
  direction: 'auto' | 'ltr' = 'auto',
  classes = '',
): string {
  const names = [classes, hasEndlessLine(text) ? 'wrapped' : ''].filter((name) => name !== '').join(' ');
  const attributes = `${names === '' ? '' : ` class="${names}"`}${scrolls(text) ? ' tabindex="0"' : ''}`;
  return `<pre dir="${direction}"${attributes}><code>${html}</code></pre>`;
}

/**
 * What a program printed, as people read it: without a terminal's colours and links, and with a line break where it
 * wrote over its line.
 */
export function asPrinted(text: string): string {
  const plain = text.includes('\u001b') ? withoutStyles(text) : text;
  return plain.includes('\r') ? plain.replaceAll(/\r+\n?/g, '\n') : plain;
}

/** A text as it was logged, one click away. */
export function rawText(label: string, text: string): string {
  const visible = withVisibleControls(text);
  return `<details class="raw"><summary>${escapeText(label)}</summary>${preformatted(escapeText(visible), visible)}</details>`;
}

/** What fits without scrolling: columns on a phone, lines in a tool's block. */
const PHONE_COLUMNS = 36;
const BLOCK_LINES = 24;

/** Characters. Nobody scrolls sideways through a longer line: compact JSON, or a whole file in one string. */
const LONGEST_LINE = 1_000;

function hasEndlessLine(text: string): boolean {
  for (let start = 0; start + LONGEST_LINE < text.length;) {
    const end = text.lastIndexOf('\n', start + LONGEST_LINE);
    if (end < start) return true;
    start = end + 1;
  }
  return false;
}

function scrolls(text: string): boolean {
  let start = 0;
  for (let lines = 1; ; lines++) {
    const end = text.indexOf('\n', start);
    if ((end < 0 ? text.length : end) - start > PHONE_COLUMNS || lines > BLOCK_LINES) return true;
    if (end < 0) return false;
    start = end + 1;
  }
}
