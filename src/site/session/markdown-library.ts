import MarkdownIt from 'markdown-it';
import { highlight } from './highlight.ts';
import { LINK, mayHoldLink } from './links.ts';
import { readAsMeant } from './markdown-rules.ts';
import { escapeAttribute, escapeText, preformatted } from './text.ts';

// Most texts need none of this. So in dist it is a file of its own, which is loaded with the first text that does
// (`lazily` in scripts/build.mjs).

/** A text as HTML. */
export function markdownHtml(text: string): string {
  return markdown.render(text);
}

/** A part of a text that is an address. */
export interface LinkInText {
  from: number;
  to: number;
  href: string;
}

/** The addresses in a text that may be linked. */
export function linksIn(text: string): LinkInText[] {
  if (!markdown.linkify.test(text)) return [];
  return (markdown.linkify.match(text) ?? [])
    .map(({ index, lastIndex, url }) => ({ from: index, to: lastIndex, href: markdown.normalizeLink(url) }))
    .filter(({ href }) => markdown.validateLink(href));
}

const markdown = new MarkdownIt({ html: false, linkify: true, breaks: true });
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });
const holdsLink = markdown.linkify.test.bind(markdown.linkify);
/** The library's own search is slow: its pattern has thousands of characters. */
markdown.linkify.test = (text) => mayHoldLink(text) && holdsLink(text);
/** Other links are shown as source text. */
markdown.validateLink = (url) => /^(?:https?:\/\/|mailto:)/i.test(url.trim());

readAsMeant(markdown);

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
