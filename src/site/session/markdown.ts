import MarkdownIt from 'markdown-it';
import { hasRightToLeft } from '../../query/conversation/marks.ts';
import { LONGEST_RICH } from './clip.ts';
import { highlight } from './highlight.ts';
import { readAsMeant } from './markdown-rules.ts';
import { proseHtml } from './prose.ts';
import { escapeAttribute, escapeText, preformatted, withVisibleControls } from './text.ts';

export const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true });
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
/** Every link has these characters. The library's own search is slow: its pattern has thousands of characters. */
const holdsLink = markdown.linkify.test.bind(markdown.linkify);
markdown.linkify.test = (text) =>
  (text.includes('//') || (text.includes('@') && text.includes(':'))) && holdsLink(text);
/** Other links are shown as source text. */
markdown.validateLink = (url) => /^(?:https?:\/\/|mailto:)/i.test(url.trim());

readAsMeant(markdown);

const LINK = 'rel="noopener nofollow noreferrer"';
const { rules } = markdown.renderer;

rules.link_open = (tokens, i) => `<a href="${escapeAttribute(attributeOf(tokens[i], 'href'))}" ${LINK}>`;

/** An image becomes a link, because pages load nothing from elsewhere. Inside a link it becomes plain text. */
rules.image = (tokens, i, options, env) => {
  const token = tokens[i];
  const alt = escapeText(markdown.renderer.renderInlineAsText(token?.children ?? [], options, env));
  const text = alt === '' ? 'Image' : `Image: ${alt}`;
  const open = tokens.slice(0, i).reduce((depth, { type }) => depth + depthOf(type), 0);
  return open > 0 ? text : `<a href="${escapeAttribute(attributeOf(token, 'src'))}" ${LINK}>${text}</a>`;
};

rules.fence = (tokens, i) => {
  const { content = '', info = '' } = tokens[i] ?? {};
  const language = /^[\w+#.-]{1,30}/.exec(info.trim())?.[0]?.toLowerCase() ?? '';
  return codeBlock(content, language);
};
rules.code_block = (tokens, i) => codeBlock(tokens[i]?.content ?? '', '');
// In text from right to left, code keeps its order.
rules.code_inline = (tokens, i) => `<code dir="ltr">${escapeText(tokens[i]?.content ?? '')}</code>`;

// Headings of a message rank below those of the page.
rules.heading_open = (tokens, i) => `<${headingOf(tokens[i]?.tag)}>`;
rules.heading_close = (tokens, i) => `</${headingOf(tokens[i]?.tag)}>\n`;

// markdown-it aligns cells with style attributes, which the site's security policy forbids.
rules.th_open = (tokens, i) => `<th${alignmentOf(attributeOf(tokens[i], 'style'))}>`;
rules.td_open = (tokens, i) => `<td${alignmentOf(attributeOf(tokens[i], 'style'))}>`;
rules.table_open = () => '<div class="table-scroll" tabindex="0"><table>\n';
rules.table_close = () => '</table></div>\n';

interface LinkToken {
  attrGet(name: string): string | number | null;
}

function attributeOf(token: LinkToken | undefined, name: string): string {
  return String(token?.attrGet(name) ?? '');
}

function depthOf(type: string): number {
  return type === 'link_open' ? 1 : type === 'link_close' ? -1 : 0;
}

function codeBlock(content: string, language: string): string {
  const code = content.replace(/\n$/, '');
  return `${preformatted(highlight(code, language), code, 'ltr')}\n`;
}

function headingOf(tag: string | undefined): string {
  return tag === 'h1' ? 'h4' : tag === 'h2' ? 'h5' : 'h6';
}

function alignmentOf(style: string): string {
  if (style.includes('right')) return ' class="num"';
  return style.includes('center') ? ' class="mid"' : '';
}

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
  const html = markdown.render(visible);
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
  if (text.length > LONGEST_RICH || !markdown.linkify.test(text)) return html(text);
  let made = '';
  let end = 0;
  for (const { index, lastIndex, url } of markdown.linkify.match(text) ?? []) {
    const shown = text.slice(index, lastIndex);
    const link = markdown.normalizeLink(url);
    if (!markdown.validateLink(link)) continue;
    made += `${html(text.slice(end, index))}<a href="${escapeAttribute(link)}" ${LINK}>${escapeText(shown)}</a>`;
    end = lastIndex;
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
