import { hexDigest } from '../platform/digest.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';

/**
 * What one render changed: the stamp that it gave the site, and the pages that it wrote or removed, each by its token and,
 * for the newest page of a session, with its number of rounds. Null: too many to name, or not known.
 */
export type RenderChanges = [stamp: string, pages: Record<string, number> | null];

/** Open pages look every 30 seconds, so they need the last render or two; one that slept for longer loads itself anew. */
const RENDERS = 12;
/** More are not named: every open page loads itself anew. */
const MOST = 24;

/** Names a page in `changes.js`. Its path may hold what a log said. */
export function pageToken(path: string): string {
  return hexDigest(path).slice(0, 12);
}

/** The pages that a render has written or removed so far. */
export class PageChanges {
  #pages: Map<string, number> | null = new Map();

  add(path: string, rounds = 0): void {
    if (!path.endsWith('.html') || !this.#pages) return;
    this.#pages.set(pageToken(path), rounds);
    if (this.#pages.size > MOST) this.#pages = null;
  }

  /** What is to be remembered of the last renders, after this one. `isKnown`: these are all changes since the last one. */
  after(before: readonly RenderChanges[], stamp: string, isKnown: boolean): RenderChanges[] {
    if (before.at(-1)?.[0] === stamp) return [...before];
    const pages = isKnown && this.#pages ? Object.fromEntries(this.#pages) : null;
    return [...before, [stamp, pages] satisfies RenderChanges].slice(-RENDERS);
  }
}

export function isRenderChanges(value: unknown): value is RenderChanges[] {
  return (
    Array.isArray(value) &&
    value.every(
      (one: unknown) => Array.isArray(one) && isHex(one[0]) && (one[1] === null || arePages(one[1])),
    )
  );
}

function arePages(value: unknown): boolean {
  return isRecord(value) && Object.entries(value).every(([token, rounds]) => isHex(token) && isCount(rounds));
}

function isHex(value: unknown): boolean {
  return typeof value === 'string' && /^[0-9a-f]+$/.test(value);
}
