import { escapeText } from './text.ts';

/**
 * What could mean something in Markdown: marks of code, emphasis, links and images; a character reference; an escaped
 * mark; a formula; one of the tags of HTML that are kept; the begin of a list, a heading, a table, a quote, a rule or
 * indented code; white space that Markdown would trim.
 */
const MARKUP =
  /[*_~`[\]@]|\/\/|&[#A-Za-z]|\\[!-/:-@[-`{-~\n]|\$[^$]*\$|\\begin|<(?:[Bb][Rr]|su[bp]>|kbd>)|(?:^|\n)(?:[ #+:=>|-]|\d+[.)])| {2}\n|[^\S\n\t ]|\t(?:\s|$)|(?:^|\s)\t/;

/** A text as the HTML that Markdown would make of it, if it has no markup, as most prose; undefined if it may have. */
export function proseHtml(text: string): string | undefined {
  // <mailto:ana> is a link.
  if (MARKUP.test(text) || text.includes('(((((') || (text.includes('<') && text.includes(':')))
    return undefined;
  const html = escapeText(text.trim()).replaceAll('"', '&quot;');
  if (!html.includes('\n')) return html === '' ? undefined : `<p>${html}</p>\n`;
  return html
    .split(/ ?\n{2,}/)
    .map((paragraph) => `<p>${paragraph.replace(/ ?\n/g, '<br>\n')}</p>\n`)
    .join('');
}
