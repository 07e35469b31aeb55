import { plural } from '../../platform/count-text.ts';
import { layOutJson, type Field, type Layout } from '../../query/conversation/json-layout.ts';
import { highlightJson } from './highlight-json.ts';
import { plainText } from './markdown.ts';
import type { RichTexts } from './rich-texts.ts';
import {
  asPrinted,
  escapeAttribute,
  escapeText,
  preformatted,
  rawText,
  withVisibleControls,
} from './text.ts';
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

/** `isModel`: the model wrote it, in Markdown. Everybody else's words are shown as they are. */
export function contentHtml(content: readonly Content[], isModel: boolean, context: RowContext): string {
  return content
    .map((part) => {
      switch (part.kind) {
        case 'text':
          return isModel ? rich(part.clip, context) : verbatim(part.clip, context);
        case 'thinking':
          return `<div class="thought"><p class="tagged"><span class="tag">reasoning</span></p>${rich(part.clip, context)}</div>`;
        case 'refusal':
          return `<p class="tagged"><span class="tag">refusal</span></p>${rich(part.clip, context)}`;
        case 'sources':
          return `<p class="aside">Sources</p>${verbatim(part.clip, context)}`;
        case 'media':
          return mediaHtml(part.words, part.url);
        case 'more':
          return moreHtml(part.parts, context);
        default:
          return laidOut(part.clip, context);
      }
    })
    .join('\n');
}

/** A longer address is no link. */
const LONGEST_ADDRESS = 2_000;

/** `[image png, 13 kB]`, with a link if it is somewhere else. */
function mediaHtml(words: string, url: string | null): string {
  const shown = `<bdi>${escapeText(withVisibleControls(words))}</bdi>`;
  if (url === null || !/^https?:\/\//i.test(url)) return `<p class="media">${shown}</p>`;
  if (url.length > LONGEST_ADDRESS)
    return `<p class="media">${shown}, an address of ${plural(url.length, 'character')}</p>`;
  return `<p class="media"><a href="${escapeAttribute(url)}" rel="noopener nofollow noreferrer">${shown}</a></p>`;
}

export function resultHtml({ content, failure }: ResultView, context: RowContext): string {
  const classes = failure === null ? '' : 'failed-block';
  if (content.length === 0) return '<p class="aside">Empty</p>';
  return content
    .map((part) => {
      if (part.kind === 'media') return mediaHtml(part.words, part.url);
      if (part.kind === 'more') return moreHtml(part.parts, context);
      return laidOut(part.clip, context, { classes, shown: asPrinted });
    })
    .join('\n');
}

/** Says how many parts are not shown; empty if all are. */
export function moreHtml(parts: number, { rawHref }: RowContext): string {
  if (parts === 0) return '';
  return `<p class="aside left-off">${plural(parts, 'more part')}: <a href="${escapeAttribute(rawHref)}">raw JSON</a></p>`;
}

interface LookOf {
  classes: string;
  /** A text as it is shown. */
  shown: (text: string) => string;
}

const AS_IT_IS: LookOf = { classes: '', shown: (text) => text };

/** JSON as people read it, and one click away as it was sent. */
function laidOut(clip: Clip, context: RowContext, look = AS_IT_IS): string {
  // Compact JSON of a result needs a layout only if its texts are in escapes.
  const layout = /^\s*[{["]/.test(clip.text) && /\\[nu]/.test(clip.text) ? layOutJson(clip.text) : null;
  if (!layout || (layout.kind !== 'fields' && layout.isAsSent))
    return pre({ ...clip, text: look.shown(clip.text) }, context, look.classes);
  return layoutHtml(layout, look) + rawText('As sent', clip.text) + leftOff(clip, context);
}

export function argumentsHtml(clip: Clip, context: RowContext): string {
  const layout = layOutJson(clip.text);
  const isAsSent = layout.kind !== 'fields' && layout.isAsSent;
  const raw = isAsSent ? '' : rawText('As sent', clip.text);
  return layoutHtml(layout, AS_IT_IS) + raw + leftOff(clip, context);
}

function layoutHtml(layout: Layout, look: LookOf): string {
  if (layout.kind === 'fields') {
    const fields = layout.fields.map((field) => fieldHtml(field, look)).join('');
    return `<dl class="${['arguments', look.classes].filter((name) => name !== '').join(' ')}">${fields}</dl>`;
  }
  const isJson = layout.kind === 'json';
  const text = withVisibleControls(isJson ? layout.text : look.shown(layout.text));
  const html = isJson ? highlightJson(text) : escapeText(text);
  return preformatted(html, text, isJson ? 'ltr' : 'auto', look.classes);
}

function fieldHtml({ path, text, isText }: Field, look: LookOf): string {
  const visible = withVisibleControls(isText ? look.shown(text.replace(/\n$/, '')) : text);
  const html = isText ? escapeText(visible) : highlightJson(visible);
  const name = escapeText(withVisibleControls(path.slice(0, LONGEST_PATH)));
  return `<dt><bdi>${name}</bdi></dt><dd>${preformatted(html, visible, isText ? 'auto' : 'ltr')}</dd>`;
}

const LONGEST_PATH = 200;

function verbatim(clip: Clip, context: RowContext): string {
  return plainText(clip.text) + leftOff(clip, context);
}

export function rich(clip: Clip, context: RowContext): string {
  return context.texts.html(clip) + leftOff(clip, context);
}

export function plain(clip: Clip, context: RowContext): string {
  return `<div class="plain" dir="auto">${escapeText(withVisibleControls(clip.text))}</div>${leftOff(clip, context)}`;
}

export function pre(clip: Clip, context: RowContext, classes = ''): string {
  const text = withVisibleControls(clip.text);
  return preformatted(escapeText(text), text, 'auto', classes) + leftOff(clip, context);
}

function leftOff({ left }: Clip, { rawHref }: RowContext): string {
  if (left === 0) return '';
  return `<p class="aside left-off">${plural(left, 'more character')}: <a href="${escapeAttribute(rawHref)}">raw JSON</a></p>`;
}
