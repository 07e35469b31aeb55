import type { WrittenSession } from '../../store/commit.ts';
import type { State } from '../../store/state.ts';
import type { Store } from '../../store/store.ts';
import type { DamagedFile } from '../damaged-file.ts';
import type { Place } from '../known/log-times.ts';
import type { LineSource } from '../line-source.ts';
import type { Bought, Priced } from '../price-desk.ts';
import type { Resolution } from '../../pricing/resolve.ts';
import type { LineCount } from '../tally.ts';

/** What a worker begins with. */
export interface ShardStart {
  store: Store;
  /** The last commit. */
  state: State;
  /** Which of how many shards it is. */
  shard: number;
  count: number;
  /** As in ParseOptions. */
  options: { linePath?: 'fast' | 'slow'; heldWeight?: number };
}

/** Numbers of a line in `PartMessage.lines`: which memory, from where to where, its offset, its order, its source. */
export const LINE_FIELDS = 6;

/** Lines for one worker, in their order. */
export interface PartMessage {
  kind: 'lines';
  memory: readonly SharedArrayBuffer[];
  sources: readonly Omit<LineSource, 'offset' | 'times'>[];
  /** LINE_FIELDS for each line. */
  lines: Float64Array;
}

export type ToShard =
  | PartMessage
  /** Write what was gathered. */
  | { kind: 'take' }
  | { kind: 'answer'; answer: Answer };

/** Asked about the line that a worker is at; answered once all lines before it are done. */
export type Question =
  { about: 'price'; bought: Bought } | { about: 'place'; ended: number | null; isExact: boolean };

export type Answer = { priced: Priced & { resolution: Resolution | undefined } } | { place: Place };

/** What a line came to. */
export const COUNT_CODES: readonly LineCount[] = [
  'rounds',
  'rejected',
  'other',
  'filtered',
  'imported',
  'known',
  'pruned',
];
/** Added to a line's code: its round has a time, which is exact. */
export const EXACT = 8;

/** What is rarely there, by the line's place in its part. */
export interface LineExtras {
  rejected?: string[];
  waiting?: string[];
  leftOut?: string;
  timeless?: { unreadTime: string | undefined; isTimed: boolean };
}

/** What the lines of a part came to, from the first one that was not reported before. */
export interface Progress {
  codes: Uint8Array;
  /** When each line's request ended; NaN if it does not say, or does not matter. */
  ended: Float64Array;
  extras: [place: number, extras: LineExtras][];
  /** Bytes of text that the lines added, without the records of rejected ones. */
  size: number;
}

/** A session that a worker wrote, as a line of the index: copying its cells one by one would take longer. */
export interface SentSession extends Pick<WrittenSession, 'files' | 'isNew'> {
  line: string;
}

/** What a worker wrote for a commit. */
export interface TakenShard {
  ids: string[];
  /** The order of each session's last line. */
  used: number[];
  sessions: SentSession[];
  /** Sessions whose file is damaged, each with the order of the line at which that was seen. */
  damaged: [order: number, id: string, file: DamagedFile][];
}

export type FromShard =
  | { kind: 'done'; progress: Progress }
  | { kind: 'ask'; progress: Progress; question: Question }
  | { kind: 'taken'; taken: TakenShard }
  /** `isMisled`: a line is of another session than it seemed. */
  | { kind: 'failed'; message: string; isMisled: boolean };

/** The connection to a worker. */
export interface ShardLink {
  post(message: ToShard): void;
  /** Both are set before anything is posted. */
  onMessage: (message: FromShard) => void;
  onFailure: (error: Error) => void;
  /** Ends the worker; settles once it has stopped. */
  close(): Promise<void>;
}

/** Starts a worker. Throws if the system refuses. */
export type StartShard = (start: ShardStart) => ShardLink;
