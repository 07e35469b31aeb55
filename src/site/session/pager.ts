import { exact } from '../../platform/count-text.ts';
import { hrefTo, sessionPath } from '../names.ts';
import type { PartLocation } from './part-location.ts';
import type { SessionPart, SessionSum } from './view.ts';

/** Links between the pages of a session; null if it has only one. */
export function pagerOf(
  part: SessionPart,
  { path, name, pages }: PartLocation,
  sum: SessionSum | null,
): object | null {
  if (sum && pages.length === 1) return null;
  const range = `#${exact(part.from)} to #${exact(part.to)}`;
  const hrefOfPage = (page: number): string => hrefTo(path, sessionPath(name, page));
  return {
    text: `Page ${exact(part.page)}: rounds ${range}`,
    older: part.page > 1 ? hrefOfPage(part.page - 1) : '',
    // A closed page always has a next one, whose path will not change.
    newer: sum ? '' : hrefOfPage(part.page + 1),
    newest: sum ? '' : hrefTo(path, sessionPath(name)),
    numbers: sum ? pageNumbers(part.page).map((page) => (page === null ? GAP : numberOf(page))) : [],
  };

  function numberOf(page: number): object {
    const at = pages[page - 1];
    return {
      isGap: false,
      text: exact(page),
      title: `Rounds #${exact(at?.from ?? 0)} to #${exact(at?.to ?? 0)}`,
      href: page === part.page ? '' : hrefOfPage(page),
    };
  }
}

const GAP = { isGap: true, text: '', title: '', href: '' };

/** 1 2 3 … 98 99 100 */
function pageNumbers(last: number): (number | null)[] {
  if (last <= 9) return Array.from({ length: last }, (_, i) => i + 1);
  return [1, 2, 3, null, last - 3, last - 2, last - 1, last];
}
