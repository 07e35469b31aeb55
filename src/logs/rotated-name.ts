import { compressionSuffix } from './compression.ts';

/** How old a rotated file is, as far as its name tells. */
export interface Age {
  /** What kind of name it has, the oldest kind first. LIVE_RANK is the log itself. */
  rank: number;
  /** The numbers of its date, the greatest unit first, and of the counters after it. A smaller date is older. */
  date: readonly number[];
  /** Grows with each rotation: a greater number is older. */
  number: number;
  /** The name does not order the file further, so its modification time decides. */
  byTime: boolean;
}

/** A change of the rotation's settings leaves files with old names. We take dated ones as older than numbered ones. */
const DATED = 0;
const WORDED = 1;
const NUMBERED = 2;
const LIVE_RANK = 3;

const LIVE: Age = { rank: LIVE_RANK, date: [], number: 0, byTime: false };

/** Whether a file is the log itself, and no rotated one. */
export function isLive({ rank }: Age): boolean {
  return rank === LIVE_RANK;
}

/**
 * The age of `name`, a file in the same folder as the log `base`; undefined if it is not a rotated file of that log.
 * Rotation puts marks (dates, a number, a word such as `old`) after the log's name or before its extension, or a date
 * before the name, and the suffix of the compression at the end. test/logs/rotated-name.test.ts lists which tool writes
 * which.
 */
export function ageOf(base: string, name: string): Age | undefined {
  if (name === base) return LIVE;
  const dot = base.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [base.slice(0, dot), base.slice(dot)] : [base, ''];
  return (
    ageBehind(name, base, '') ??
    (extension === '' ? undefined : ageBehind(name, stem, extension)) ??
    ageBefore(name, base) ??
    (base === 'current' ? ageOfTai(name) : undefined)
  );
}

/** `access.log` + marks, or `access` + marks + `.log` + marks. */
function ageBehind(name: string, start: string, extension: string): Age | undefined {
  if (!name.startsWith(start)) return undefined;
  const rest = name.slice(start.length);
  if (extension === '') return ageOfMarks(rest);
  // The last one: a mark can hold the extension's letters only by chance.
  const at = rest.lastIndexOf(extension);
  return at < 0 ? undefined : ageOfMarks(rest.slice(0, at), rest.slice(at + extension.length));
}

/** `20260601-access.log`, maybe with marks after it. */
function ageBefore(name: string, base: string): Age | undefined {
  const at = name.indexOf(base);
  const gap = at > 0 ? /(?:__|[-._])$/.exec(name.slice(0, at)) : null;
  if (!gap) return undefined;
  const marks = new Marks();
  if (!marks.read(`.${name.slice(0, gap.index)}`) || !marks.isDated) return undefined;
  return marks.read(name.slice(at + base.length)) ? marks.age : undefined;
}

function ageOfMarks(...texts: string[]): Age | undefined {
  const marks = new Marks();
  return texts.every((text) => marks.read(text)) ? marks.age : undefined;
}

const WORD = /(?:old|bak|backup|orig|prev|previous)(?![a-z0-9])/iy;
const NUMBER = /\d{1,5}(?!\d)/y;
/** More digits count only after a dot: after a hyphen, they can be a year or a port. */
const SHORT_NUMBER = /\d{1,3}(?!\d)/y;
const GAP = /__|[-._]/y;
/** How many counters may follow a date. */
const MOST_COUNTS = 3;

/** The marks of one name: at most one date, one number and one word. */
class Marks {
  #date: readonly number[] | undefined;
  #counts: number[] = [];
  #number: number | undefined;
  #hasWord = false;
  #isUnclear = false;
  #isCompressed = false;

  get isDated(): boolean {
    return this.#date !== undefined || this.#isUnclear;
  }

  /** Reads all marks of a text; false if it contains anything else. */
  read(text: string): boolean {
    for (let at = 0; at < text.length;) {
      const suffix = compressionSuffix(text);
      if (suffix.length === text.length - at && suffix !== '') return this.#compress();
      GAP.lastIndex = at;
      const gap = GAP.exec(text)?.[0];
      if (gap === undefined) return false;
      const end = this.#mark(text, at + gap.length);
      if (end === undefined) return false;
      at = end;
    }
    return true;
  }

  get age(): Age | undefined {
    const { rank } = this;
    if (rank === undefined) return undefined;
    const counts = this.#date && this.#number !== undefined ? [this.#number, ...this.#counts] : this.#counts;
    return {
      rank,
      date: this.#date ? [...this.#date, ...counts] : [],
      // `access.log.gz` has no number: it is newer than any file that has one.
      number: this.#date ? 0 : (this.#number ?? 0),
      byTime: this.#isUnclear || rank === WORDED,
    };
  }

  get rank(): number | undefined {
    if (this.isDated) return DATED;
    if (this.#number !== undefined) return NUMBERED;
    if (this.#hasWord) return WORDED;
    return this.#isCompressed ? NUMBERED : undefined;
  }

  /** Reads one mark and returns where it ends; undefined if there is none. */
  #mark(text: string, at: number): number | undefined {
    const date = this.isDated ? undefined : dateAt(text, at);
    if (date) {
      if (date.numbers) this.#date = date.numbers;
      else this.#isUnclear = true;
      return date.end;
    }
    const pattern = text[at - 1] === '.' ? NUMBER : SHORT_NUMBER;
    pattern.lastIndex = at;
    const number = pattern.exec(text)?.[0];
    if (number !== undefined) return this.#count(Number(number)) ? at + number.length : undefined;
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0];
    if (word !== undefined && !this.#hasWord) {
      this.#hasWord = true;
      return at + word.length;
    }
    // `access.log.gz.1`: the suffix of what was compressed before it was numbered.
    const inner = /^\.(?:gz|zst|xz|bz2)(?=\.)/i.exec(text.slice(at - 1))?.[0];
    return inner !== undefined && this.#compress() ? at - 1 + inner.length : undefined;
  }

  #count(number: number): boolean {
    if (this.isDated) return this.#counts.push(number) <= MOST_COUNTS;
    if (this.#number !== undefined) return false;
    this.#number = number;
    return true;
  }

  #compress(): boolean {
    const isFirst = !this.#isCompressed;
    this.#isCompressed = true;
    return isFirst;
  }
}

const YEAR = String.raw`(20\d\d)`;
const MONTH = '(0[1-9]|1[0-2])';
const DAY = String.raw`(0[1-9]|[12]\d|3[01])`;
const HOUR = String.raw`([01]\d|2[0-3])`;
const SIXTY = String.raw`([0-5]\d)`;
const ZONE = String.raw`(?:Z|[+-]\d{4}(?!\d))?`;
/** A time of day after a date: compact, or in two or three parts; or seconds or milliseconds since 1970. */
const TIME =
  String.raw`(?:[-_.]?T?${HOUR}${SIXTY}(?:${SIXTY}(?:[.,](\d{1,9}))?)?${ZONE}` +
  String.raw`|${HOUR}(?!\d)` +
  String.raw`|[-_.]?[-_.T ]${HOUR}[-:_.h]${SIXTY}(?:[-:_.m]${SIXTY}(?:[.,](\d{1,9}))?)?${ZONE}` +
  String.raw`|[-_.](1\d{9}(?:\d{3})?))`;
/** Sortable dates, in the order in which they are tried. */
const DATES = [
  new RegExp(String.raw`${YEAR}([-_.]?)${MONTH}\2${DAY}(?:${TIME}(?!\d)|(?!\d))`, 'y'),
  // A month, or a week: logrotate's %Y-%m, %Y%m, and %Y-%V.
  new RegExp(String.raw`${YEAR}[-_.]?W?(0[1-9]|[1-4]\d|5[0-3])(?!\d)`, 'y'),
];
/** Seconds or milliseconds since 1970: Apache's rotatelogs, and logrotate's %s. */
const EPOCH = /1\d{9}(?:\d{3})?(?!\d)/y;
/** Dates that do not sort: with the day or the month first, or with a two-digit year. */
const UNCLEAR = new RegExp(
  String.raw`(?:(?:0[1-9]|[12]\d|3[01])([-_.]?)(?:0[1-9]|[12]\d|3[01])\1${YEAR}|\d\d${MONTH}${DAY})(?:${TIME}(?!\d)|(?!\d))`,
  'y',
);

interface FoundDate {
  end: number;
  /** undefined: nothing to sort by. */
  numbers: number[] | undefined;
}

function dateAt(text: string, at: number): FoundDate | undefined {
  for (const pattern of DATES) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) {
      const [year, ...parts] = match.slice(1).filter((part) => part !== undefined && /^\d+$/.test(part));
      return { end: pattern.lastIndex, numbers: [Number(year), ...parts.map(Number)] };
    }
  }
  EPOCH.lastIndex = at;
  const epoch = EPOCH.exec(text)?.[0];
  if (epoch !== undefined) {
    const ms = Number(epoch) * (epoch.length === 10 ? 1000 : 1);
    return { end: EPOCH.lastIndex, numbers: numbersOf(ms) };
  }
  UNCLEAR.lastIndex = at;
  return UNCLEAR.test(text) ? { end: UNCLEAR.lastIndex, numbers: undefined } : undefined;
}

function numbersOf(ms: number): number[] {
  return new Date(ms)
    .toISOString()
    .split(/\D/)
    .filter((part) => part !== '')
    .map(Number);
}

/** `@4000000065a1b2c3….s` or `.u`: rotated files of multilog, svlogd and s6-log, next to their file `current`. */
const TAI64N = /^@4([0-9a-f]{15})([0-9a-f]{8})\.[sut]$/;
/** TAI64 labels count from 1970 with an offset of 10 seconds. Later leap seconds do not matter here. */
const TAI_AHEAD = 10;

function ageOfTai(name: string): Age | undefined {
  const [, seconds = '', nanos = ''] = TAI64N.exec(name) ?? [];
  const since1970 = Number.parseInt(seconds, 16) - TAI_AHEAD;
  if (!(since1970 >= 0 && since1970 < 1e11)) return undefined;
  const date = [...numbersOf(since1970 * 1000), Number.parseInt(nanos, 16)];
  return { rank: DATED, date, number: 0, byTime: false };
}

/** Negative if `a` is older. Zero if both are the same log, or if nothing tells which is older. */
export function compareAge(a: Age, b: Age): number {
  return a.rank - b.rank || compareDates(a.date, b.date) || b.number - a.number;
}

function compareDates(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Whether there can be no log between the two. Dated logs are deleted oldest first; numbers show a gap. */
export function isNextAge(older: Age, newer: Age): boolean {
  if (newer.rank === DATED) return true;
  if (newer.rank === WORDED) return false;
  if (older.rank !== NUMBERED) return newer.rank === LIVE_RANK;
  return newer.rank === LIVE_RANK ? older.number <= 1 : older.number === newer.number + 1;
}

/** Completes an age whose name does not order the file, from `mtime` in milliseconds since 1970. */
export function settleAge(age: Age, mtime: number): Age {
  return age.byTime ? { ...age, date: numbersOf(mtime) } : age;
}
