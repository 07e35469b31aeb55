/**
 * `error`: nothing, or the wrong thing, is counted. `warning`: something is lacking, or soon will be. `note`: what
 * may well be meant so. Errors and warnings make the exit code 1.
 */
export type Severity = 'error' | 'warning' | 'note';

/** What doctor checks, in this order. */
type Area = 'log' | 'store' | 'prices' | 'schedule';

/** Something that is not as it should be. */
export interface Finding {
  /** One of its check's. The codes are a contract: docs/commands.md lists them, and a test compares. */
  code: string;
  area: Area;
  severity: Severity;
  /** What is the matter, in one sentence; may quote a log, and so holds a stranger's words. */
  what: string;
  /** A path, or another place to look at. */
  where: string;
  /** How it is mended, in a sentence or two. */
  fix: string;
  /** Lines to copy: of a configuration, or of a shell. */
  setting?: string;
}

/** `1 round`, `1,200 rounds` */
export function plural(count: number, noun: string): string {
  return `${exact(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function exact(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}

/** `1 of 20 rounds` */
export function share(count: number, all: number, noun: string): string {
  return `${exact(count)} of ${plural(all, noun)}`;
}

/** `45 seconds`, `12 minutes`, `3 hours`, `2 days`: the largest unit that says at least two of it, rounded down. */
export function duration(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
  ];
  const [size, name] = units.find(([unit]) => ms >= 2 * unit) ?? [1000, 'second'];
  return plural(Math.max(0, Math.floor(ms / size)), name);
}
