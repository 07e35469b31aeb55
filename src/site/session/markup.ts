import { plural } from '../../platform/count-text.ts';
import { highlight } from './highlight.ts';
import type { RichTexts } from './rich-texts.ts';
import { escapeAttribute, escapeText, preformatted, withVisibleControls } from './text.ts';
import type { Clip, Content, ResultView } from './view.ts';

/** What rows need to know about their page. */
export interface RowContext {
  texts: RichTexts;
  /** A link to a round. */
  hrefOf(round: number): string;
  /** A link to the session's raw JSON. */
  rawHref: string;
  /** The rounds have no session id: it must be shown which one continues which. */
  isLoose: boolean;
}

export function contentHtml(content: readonly Content[], context: RowContext): string {
  return content
    .map((part) => {
      switch (part.kind) {
        case 'text':
          return rich(part.clip, context);
        case 'thinking':
          return `<div class="thought">${rich(part.clip, context)}</div>`;
        case 'image':
          return imageHtml(part.url);
        case 'more':
          return moreHtml(part.parts, context);
        default:
          return pre(part.clip, context);
      }
    })
    .join('\n');
}

/** A longer address is no link. */
const LONGEST_ADDRESS = 2_000;

function imageHtml(url: string | null): string {
  if (url === null || !/^https?:\/\//i.test(url))
    return '<p class="aside">An image, embedded in the request</p>';
  const shown = escapeText(withVisibleControls(url.slice(0, 300)));
  if (url.length > LONGEST_ADDRESS)
    return `<p class="aside">Image: ${shown}…, an address of ${plural(url.length, 'character')}</p>`;
  return `<p><a href="${escapeAttribute(url)}" rel="noopener nofollow noreferrer">Image: ${shown}</a></p>`;
}

export function resultHtml({ content, failure }: ResultView, context: RowContext): string {
  const classes = failure === null ? '' : 'failed-block';
  if (content.length === 0) return '<p class="aside">Empty</p>';
  return content
    .map((part) => {
      if (part.kind === 'image') return imageHtml(part.url);
      return part.kind === 'more' ? moreHtml(part.parts, context) : pre(part.clip, context, classes);
    })
    .join('\n');
}

/** Says how many parts are not shown; empty if all are. */
export function moreHtml(parts: number, { rawHref }: RowContext): string {
  if (parts === 0) return '';
  return `<p class="aside left-off">${plural(parts, 'more part')}: <a href="${escapeAttribute(rawHref)}">raw JSON</a></p>`;
}

export function argumentsHtml(clip: Clip, context: RowContext): string {
  const text = withVisibleControls(spaced(clip.text));
  return preformatted(highlight(text, 'json'), text) + leftOff(clip, context);
}

/** Deeper or longer, it would be mostly indentation. */
const DEEPEST = 20;
const MOST_INDENTED = 8;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** `{ "a": 1, "b": 2 }` for compact JSON; indented if it is long. */
function spaced(json: string): string {
  if (json.length > 20_000 || !/^\s*[{[]/.test(json)) return json;
  try {
    const value: unknown = JSON.parse(json);
    const compact = JSON.stringify(value);
    // Parsing changes numbers beyond 2^53.
    if (compact !== json && compact.replaceAll(/\s/g, '') !== json.replaceAll(/\s/g, '')) return json;
    if (isDeeper(value, DEEPEST)) return json;
    const pretty = JSON.stringify(value, null, 2);
    if (pretty.length > 2_000 + MOST_INDENTED * json.length) return json;
    // On one line it is not shorter than this.
    if (compact.length > 72) return pretty;
    const oneLine = pretty.replaceAll(/\n\s*/g, ' ');
    return oneLine.length <= 72 && !/\\n/.test(oneLine) ? oneLine : pretty;
  } catch {
    return json;
  }
}

export function rich(clip: Clip, context: RowContext): string {
  return context.texts.html(clip) + leftOff(clip, context);
}

export function plain(clip: Clip, context: RowContext): string {
  return `<div class="plain" dir="auto">${escapeText(withVisibleControls(clip.text))}</div>${leftOff(clip, context)}`;
}

export function pre(clip: Clip, context: RowContext, classes = ''): string {
  const text = withVisibleControls(clip.text);
  return preformatted(escapeText(text), text, classes) + leftOff(clip, context);
}

function leftOff({ left }: Clip, { rawHref }: RowContext): string {
  if (left === 0) return '';
  return `<p class="aside left-off">${plural(left, 'more character')}: <a href="${escapeAttribute(rawHref)}">raw JSON</a></p>`;
}
