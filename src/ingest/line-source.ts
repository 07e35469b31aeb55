import type { Place } from './known/log-times.ts';

/** Where a line comes from. */
export interface LineSource {
  /** The path of its log. */
  path: string;
  logId: number;
  /** Byte offset of its first byte. */
  offset: number;
  /** When the log was last written: the time of a round that has none of its own. */
  mtime: number;
  /** Whether `mtime` is the time at which a container runtime recorded the line. */
  isTimed?: boolean;
  /** The times of the log being read; absent if its rounds are known to be new. */
  times?: LineTimes;
}

/** Says where a line can have been read before, by the times of its log's lines. */
export interface LineTimes {
  /** `later`: that depends on lines which other threads are reading; `ask` waits for them. */
  placesOf(ended: number | null, isExact: boolean): Place | 'later';
  ask?(): Promise<Place>;
}
