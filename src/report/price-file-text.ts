import { cleanLine } from '../platform/clean-text.ts';

/** The price file of a store. */
export interface PriceFileReport {
  path: string;
  sha256: string;
  /** ISO 8601, UTC. */
  since: string;
  /** What is at the path now: the same content, other content, something that cannot be read, or no file. */
  onDisk: 'same' | 'changed' | 'unreadable' | 'gone';
}

/** Which price file is in force: `Price file: /etc/prices.json (sha256 1a2b3c4d5e6f, since 2026-02-03T04:00Z)`. */
export function priceFileText(file: PriceFileReport | null): string {
  if (!file) return 'Price file: none (built-in prices only)';
  const changed =
    file.onDisk === 'changed'
      ? '; it has changed since then, which has no effect until --prices names it again'
      : '';
  return `Price file: ${cleanLine(file.path)} (sha256 ${file.sha256.slice(0, 12)}, since ${minuteOf(file.since)})${changed}`;
}

/** `2026-02-03T04:00Z` */
export function minuteOf(time: string): string {
  return time.replace(/:\d\d(?:\.\d+)?Z$/, 'Z');
}

export function priceFileJson(file: PriceFileReport | null): Record<string, unknown> | null {
  return file && { path: file.path, sha256: file.sha256, since: file.since, on_disk: file.onDisk };
}
