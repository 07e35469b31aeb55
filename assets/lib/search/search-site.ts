import type { SearchLine } from '../../../src/site/search/said-file.ts';
import type { MonthPart } from '../session-files.ts';
import type { SearchFiles } from './search-files.ts';
import { mayBeIn, searchIn, type FoundSession, type Phrase } from './search-session.ts';

/** Sessions whose texts are loaded at a time. */
const AT_ONCE = 6;

type Counts = Pick<SiteSearch, 'looked' | 'withoutPage' | 'cut'>;

/** Searches a site month by month, the newest sessions first, as far as its caller goes on. */
export class SiteSearch {
  readonly #phrase: Phrase;
  readonly #files: SearchFiles;
  readonly #loadMonth: (month: string) => Promise<MonthPart[]>;
  /** How many sessions were looked at, and how many of them have no page and were not searched. */
  looked = 0;
  withoutPage = 0;
  /** Texts of which only the beginning was searched. */
  cut = 0;
  /** Sessions whose texts could not be loaded. */
  failed = 0;
  /** What was loaded. */
  bytes = 0;
  /** The month that was last looked at. */
  month = '';

  constructor(phrase: Phrase, files: SearchFiles, loadMonth: (month: string) => Promise<MonthPart[]>) {
    this.#phrase = phrase;
    this.#files = files;
    this.#loadMonth = loadMonth;
  }

  /** The sessions with hits, in order; null from time to time, so that the caller can stop. Throws if a list is missing. */
  async *run(months: readonly string[]): AsyncGenerator<FoundSession | null> {
    for (const month of months) {
      this.month = month;
      const parts = await this.#loadMonth(month);
      let next = this.#linesOf(month, parts, parts.length);
      for (let number = parts.length; number > 0; number--) {
        const lines = await next;
        if (number > 1) next = this.#linesOf(month, parts, number - 1);
        this.bytes += parts[number - 1]?.[5] ?? 0;
        yield* this.#searchPart(lines.toReversed());
        yield null;
      }
    }
  }

  #linesOf(month: string, parts: readonly MonthPart[], number: number): Promise<(SearchLine | 0)[]> {
    const loading = this.#files.lines(month, number, parts[number - 1]?.[0] ?? '');
    // It is awaited later, or never.
    loading.catch(() => undefined);
    return loading;
  }

  async *#searchPart(lines: readonly (SearchLine | 0)[]): AsyncGenerator<FoundSession | null> {
    const waiting: { count: Counts; found: Promise<FoundSession | null> }[] = [];
    let { looked, withoutPage, cut } = this;
    const done = ({ count }: { count: Counts }): void => void Object.assign(this, count);
    for (const line of lines) {
      looked++;
      if (line === 0) withoutPage++;
      else {
        cut += line[2];
        if (!mayBeIn(line, this.#phrase)) continue;
        // Those before it were looked at once it has been.
        waiting.push({ count: { looked, withoutPage, cut }, found: this.#search(line) });
      }
      const [first] = waiting;
      if (waiting.length < AT_ONCE || !first) continue;
      const found = await first.found;
      waiting.shift();
      done(first);
      yield found;
    }
    for (const next of waiting) {
      const found = await next.found;
      done(next);
      yield found;
    }
    done({ count: { looked, withoutPage, cut } });
  }

  #search(line: SearchLine): Promise<FoundSession | null> {
    const onBytes = (bytes: number): void => void (this.bytes += bytes);
    return searchIn(line, this.#phrase, this.#files, onBytes).catch(() => {
      this.failed++;
      return null;
    });
  }
}
