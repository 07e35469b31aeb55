import { hrefTo, sessionPath } from '../names.ts';
import type { SessionPart, SessionSum } from './view.ts';

/** A page among the pages of its session. */
export interface PartLocation {
  path: string;
  /** Names the session's pages. */
  name: string;
  /** The session's title; empty if no question up to this page has text. */
  title: string;
  /** The pages up to this one. */
  pages: SessionSum['pages'];
  /** The raw JSON; in a file of its own, what says how to get it. */
  rawHref: string;
}

/** Makes links to rounds up to this page. */
export function linker(
  part: Pick<SessionPart, 'from' | 'to'>,
  { path, name, pages }: PartLocation,
): (round: number) => string {
  return (round) => {
    const fragment = `r-${round}`;
    if (round >= part.from && round <= part.to) return `#${fragment}`;
    const page = pages.find(({ from, to }) => round >= from && round <= to)?.page;
    return page === undefined ? `#${fragment}` : hrefTo(path, sessionPath(name, page), fragment);
  };
}
