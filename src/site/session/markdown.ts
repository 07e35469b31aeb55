import { hasRightToLeft } from '../../query/conversation/marks.ts';
import { LONGEST_RICH } from './clip.ts';
import { LINK, mayHoldLink } from './links.ts';
import { linksIn, markdownHtml } from './markdown-library.ts';
import { proseHtml } from './prose.ts';
import { escapeAttribute, escapeText, withVisibleControls } from './text.ts';

/** Nobody nests this deep; the parser would take very long. */
const ABSURD = /^(?:[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t])){16}|[[(*_~`]{200}/m;
/** HTML may be this many times as long as its text. */
const MOST_MARKUP = 5;

/** One paragraph without any markup, in Latin, Cyrillic, kana, Han or Hangul: a shortcut for most messages of users. */
const PLAIN =
  /^[A-Za-z0-9\u00c0-\u024f\u0400-\u0481\u048a-\u052f\u3041-\u3096\u30a1-\u30fe\u3400-\u9fff\uac00-\ud7a3 ,.;?'"%()=–—…，。？！：；、（）“”’-]*$/;

/** A text of a conversation as HTML: rendered as Markdown, unless it is too long or nested too deep. */
export function richText(text: string): string {
  const visible = withVisibleControls(text);
  if (visible.length > LONGEST_RICH) return plainText(visible);
  const simple = simpleText(visible);
  if (simple !== undefined) return simple;
  if (ABSURD.test(visible)) return plainText(visible);
  const html = markdownHtml(visible);
  return isTooLong(html, visible) ? plainText(visible) : html;
}

/** A text without any markup as HTML, in which nothing of it is lost; undefined if it may have markup. */
export function simpleText(text: string): string | undefined {
  const visible = withVisibleControls(text);
  if (visible.length < 200 && PLAIN.test(visible) && !/^\s|\s$|^\d+[.)] |^- /.test(visible))
    return `<p>${escapeText(visible).replaceAll('"', '&quot;')}</p>`;
  const html = proseHtml(visible);
  return html === undefined || isTooLong(html, visible) ? undefined : html;
}

function isTooLong(html: string, text: string): boolean {
  return html.length > 2_000 + MOST_MARKUP * text.length;
}

/** A text as it is, with its line breaks and spaces, and links where it has addresses. */
export function plainText(text: string): string {
  const visible = withVisibleControls(text);
  const needsSpace = /\n|\t| {2}|^ | $/.test(visible);
  return `<p${needsSpace ? ' class="plain"' : ''}>${withLinks(visible, hasRightToLeft(visible) ? isolated : escapeText)}</p>`;
}

function withLinks(text: string, html: (text: string) => string): string {
  if (text.length > LONGEST_RICH || !mayHoldLink(text)) return html(text);
  let made = '';
  let end = 0;
  for (const { from, to, href } of linksIn(text)) {
    const shown = escapeText(text.slice(from, to));
    made += `${html(text.slice(end, from))}<a href="${escapeAttribute(href)}" ${LINK}>${shown}</a>`;
    end = to;
  }
  return made + html(text.slice(end));
}

/** Escaped text in which each stretch of code keeps its order. */
function isolated(text: string): string {
  return escapeText(text).replaceAll(/`[^`\n]+`/g, (code) => `<bdi dir="ltr">${code}</bdi>`);
}

/** Whether the HTML of a text lacks anything of it besides white space. */
export function losesMarks(text: string, html: string): boolean {
  const shown = html
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&(?:amp|lt|gt|quot);/g, (name) => NAMES[name] ?? '');
  return shown.replaceAll(/\s+/g, '') !== withVisibleControls(text).replaceAll(/\s+/g, '');
}

const NAMES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"' };
