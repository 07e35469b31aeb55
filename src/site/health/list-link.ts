import { hrefTo, LIST_PATH } from '../names.ts';

/** A link to the list of sessions with filters in its address: what its search form would have, which needs JavaScript. */
export function listLink(from: string, filters: Readonly<Record<string, string>>): string {
  return hrefTo(from, LIST_PATH, new URLSearchParams(filters).toString());
}
