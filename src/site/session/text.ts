const SPECIAL: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as HTML shows it, inside an element. */
export function escapeText(text: string): string {
  return /[&<>]/.test(text) ? text.replace(/[&<>]/g, (mark) => SPECIAL[mark] ?? mark) : text;
}

/** Text inside a double-quoted attribute. */
export function escapeAttribute(text: string): string {
  return text.replace(/[&<>"]/g, (mark) => SPECIAL[mark] ?? mark);
}

/**
 * Control characters as the signs that stand for them, `␛` for an escape: what a terminal would have obeyed can be
 * seen. Tabs and line ends stay.
 */
export function withVisibleControls(text: string): string {
  const lines = text.includes('\r') ? text.replaceAll('\r\n', '\n') : text;
  return /[\0-\x08\x0b-\x1f\x7f]/.test(lines)
    ? lines.replace(/[\0-\x08\x0b-\x1f\x7f]/g, (control) =>
        control === '\x7f' ? '\u2421' : String.fromCharCode(0x2400 + control.charCodeAt(0)),
      )
    : lines;
}

/** A block that keeps its spaces and line ends; `tabindex` where it may have to scroll, so that keys can do it. */
export function preformatted(html: string, text: string, classes = ''): string {
  const attributes = `${classes === '' ? '' : ` class="${classes}"`}${scrolls(text) ? ' tabindex="0"' : ''}`;
  return `<pre dir="auto"${attributes}><code>${html}</code></pre>`;
}

/** Longer lines do not fit on a phone; more do not fit into a tool's block. */
const PHONE_COLUMNS = 36;
const BLOCK_LINES = 24;

function scrolls(text: string): boolean {
  let start = 0;
  for (let lines = 1; ; lines++) {
    const end = text.indexOf('\n', start);
    if ((end < 0 ? text.length : end) - start > PHONE_COLUMNS || lines > BLOCK_LINES) return true;
    if (end < 0) return false;
    start = end + 1;
  }
}
