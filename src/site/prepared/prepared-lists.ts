import type { SessionEntry } from '../../model/session-entry.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import { hexDigest } from '../../platform/digest.ts';
import { isCount } from '../../platform/json-checks.ts';
import { compareText, sumOfCells, tokensOf } from '../../query/aggregate.ts';
import type { LocalTime } from '../../query/time-zone.ts';
import { costView } from '../cost-view.ts';
import { NotRemembered } from '../lists/month-lists.ts';
import type { SiteSession } from '../shown-session.ts';
import type { Pieces } from '../state/pieces.ts';
import { datePath, modelPath } from './prepared-paths.ts';

/** Sessions in each list. */
const LISTED = 50;

/** A session of a list: the quarter of an hour of its last round there, and a digest of what the list shows of it. */
export type Listed = [id: string, bucket: number, look: string];

/** The keys of the pages that the site has, by path. */
type Known = ReadonlyMap<string, string>;

/**
 * For each date and each model, by the path of its page, the sessions with the latest rounds. Rounds are only added, so a
 * session that is not among them can get there only by a round of its own: the lists can be carried on. Each is in a piece
 * of its own.
 */
export class PreparedLists {
  readonly #pieces: Pieces;
  readonly #local: LocalTime;
  /** Undefined: nothing is remembered, and all sessions will be added. */
  readonly #known: Known | undefined;
  readonly #lists = new Map<string, Listed[]>();
  readonly #modelPaths = new Map<string, string>();

  constructor(pieces: Pieces, local: LocalTime, known?: Known) {
    this.#pieces = pieces;
    this.#local = local;
    this.#known = known;
  }

  /** Throws NotRemembered. */
  static remembered(pieces: Pieces, local: LocalTime): PreparedLists {
    const known = readKnown(pieces);
    if (!known) throw new NotRemembered('prepared lists');
    return new PreparedLists(pieces, local, known);
  }

  /** How many pages a render that carries on found. */
  get before(): number {
    return this.#known?.size ?? 0;
  }

  /** Adds what a session has used; `before`: as it was when this was done last. Throws NotRemembered. */
  add(session: SiteSession, before?: SiteSession): void {
    if (!session.isListed) return;
    const { usage } = session.entry;
    const isShownAnew = before !== undefined && shownOf(before) !== shownOf(session);
    const known = isShownAnew ? 0 : (before?.entry.usage.length ?? 0);
    const last = new Map<string, number>();
    for (const cell of usage.slice(known)) for (const path of this.#pathsOf(cell)) last.set(path, 0);
    for (const cell of usage)
      for (const path of this.#pathsOf(cell)) {
        const bucket = last.get(path);
        if (bucket !== undefined && cell.bucket > bucket) last.set(path, cell.bucket);
      }
    for (const [path, bucket] of last) this.#rank(path, session, bucket);
  }

  /** The sessions of a page's list; undefined if it was not changed. */
  changed(path: string): readonly Listed[] | undefined {
    return this.#lists.get(path) ?? (this.#known ? undefined : []);
  }

  /** What a session used on the date, or of the model, that a page is about. */
  cellsOf({ usage }: Pick<SessionEntry, 'usage'>, path: string): UsageCell[] {
    return usage.filter((cell) => this.#pathsOf(cell).includes(path));
  }

  write(path: string): void {
    const list = this.changed(path);
    if (list) this.#pieces.write(pieceOf(path), JSON.stringify(list));
  }

  remove(path: string): void {
    this.#pieces.remove(pieceOf(path));
  }

  #pathsOf({ bucket, model }: UsageCell): string[] {
    let path = this.#modelPaths.get(model);
    if (path === undefined) this.#modelPaths.set(model, (path = modelPath(model)));
    return [datePath(this.#local.dateOf(bucket)), path];
  }

  #rank(path: string, session: SiteSession, bucket: number): void {
    let list = this.#lists.get(path);
    if (!list) this.#lists.set(path, (list = this.#remembered(path)));
    const { id } = session.entry;
    const known = list.findIndex(([other]) => other === id);
    if (known >= 0) list.splice(known, 1);
    const later = list.findIndex(
      ([other, at]) => at < bucket || (at === bucket && compareText(id, other) < 0),
    );
    if (later < 0 && list.length >= LISTED) return;
    list.splice(later < 0 ? list.length : later, 0, [id, bucket, this.#lookOf(path, session)]);
    if (list.length > LISTED) list.length = LISTED;
  }

  #lookOf(path: string, session: SiteSession): string {
    const sum = sumOfCells(this.cellsOf(session.entry, path));
    const { text, exact, missing } = costView(sum);
    const shown = [shownOf(session), sum.rounds, sum.input, sum.cached, tokensOf(sum), text, exact, missing];
    return hexDigest(JSON.stringify(shown)).slice(0, 16);
  }

  #remembered(path: string): Listed[] {
    const list = this.#known ? this.#pieces.readAs(pieceOf(path), parseList) : [];
    if (!list && this.#known?.has(path)) throw new NotRemembered(path);
    return list ?? [];
  }
}

const KNOWN = 'prepared/pages';

/** The keys of the pages that the site has; undefined if they are not remembered. */
export function readKnown(pieces: Pieces): Map<string, string> | undefined {
  return pieces.readAs(KNOWN, (text) => {
    const pairs: unknown = JSON.parse(text);
    return Array.isArray(pairs) && pairs.every(isPair) ? new Map(pairs) : undefined;
  });
}

export function writeKnown(pieces: Pieces, known: Known): void {
  pieces.write(KNOWN, JSON.stringify([...known]));
}

/** What lists show of a session besides what it used. */
function shownOf({ entry: { title, file }, hasPages }: SiteSession): string {
  return JSON.stringify([title, file, hasPages]);
}

function pieceOf(path: string): string {
  return `prepared/${path.replace(/\.html$/, '')}`;
}

function parseList(text: string): Listed[] | undefined {
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list) || list.length > LISTED) return undefined;
  return list.every(isListed) ? list : undefined;
}

function isListed(one: unknown): one is Listed {
  return Array.isArray(one) && typeof one[0] === 'string' && isCount(one[1]) && typeof one[2] === 'string';
}

function isPair(pair: unknown): pair is [string, string] {
  return Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string';
}
