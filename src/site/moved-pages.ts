import { isCount, isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';
import { hrefTo, LIST_PATH, LISTED_JSON_PATH } from './names.ts';
import type { Page } from './page.ts';
import type { SiteContext } from './site-context.ts';
import type { Pieces } from './state/pieces.ts';
import { renderTemplate } from './templates.ts';

const MOVED = 'moved';

/** Lists of an earlier build that are now elsewhere: pages of 100 sessions, and documents of 1,000. */
interface Moved {
  pages: number;
  documents: number;
}

const PAGE = /^sessions\/page\/(\d{1,9})\.html$/;
const DOCUMENT = /^api\/sessions-(\d{1,9})\.json$/;

/** Remembers which of an earlier build's paths lead on. */
export function rememberMoved(pieces: Pieces, paths: Iterable<string>): void {
  const moved: Moved = { pages: 0, documents: 0 };
  for (const path of paths) {
    moved.pages = Math.max(moved.pages, Number(PAGE.exec(path)?.[1] ?? 0));
    moved.documents = Math.max(moved.documents, Number(DOCUMENT.exec(path)?.[1] ?? 0));
  }
  if (moved.pages + moved.documents > 0) pieces.write(MOVED, JSON.stringify(moved));
}

/** Pages at addresses that an earlier build gave to lists. They lead to the lists of today. */
export function* movedPages(
  pieces: Pieces,
  { language, texts }: Pick<SiteContext, 'language' | 'texts'>,
): Generator<Page> {
  const { pages, documents } = pieces.readAs(MOVED, parseMoved) ?? NONE;
  for (let number = 1; number <= pages; number++) {
    const path = `sessions/page/${number}.html`;
    const to = hrefTo(path, LIST_PATH);
    const render = () => renderTemplate('moved', { to, language, t: texts.movedPage });
    yield { path, key: `moved ${language}`, render };
  }
  for (let number = 1; number <= documents; number++) {
    const path = `api/sessions-${number}.json`;
    const document = { version: 1, moved_to: hrefTo(path, LISTED_JSON_PATH), sessions: [] };
    yield { path, key: 'moved', render: () => `${JSON.stringify(document)}\n` };
  }
}

function parseMoved(text: string): Moved | undefined {
  const value = parseJson(text);
  const isMoved = isRecord(value) && isCount(value['pages']) && isCount(value['documents']);
  return isMoved ? { pages: value['pages'] as number, documents: value['documents'] as number } : undefined;
}

const NONE: Moved = { pages: 0, documents: 0 };
