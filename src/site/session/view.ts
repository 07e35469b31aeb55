import type { StoredRound } from '../../session-format/stored-round.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import type { ThreadKind } from '../../query/conversation/threads.ts';
import type { ShownMoney } from '../../query/round-money.ts';
import type { RoundTime } from './round-clock.ts';

// A session as its pages show it: plain data, no HTML.

/** A shown text, and how many characters are left off at its end. */
export interface Clip {
  text: string;
  left: number;
  /** The gateway cut out its middle. */
  isCut?: true;
}

/** A part of a message or of a tool's result. */
export type Content =
  | { kind: 'text' | 'thinking' | 'refusal' | 'sources'; clip: Clip }
  /** `[image png, 13 kB]`; `url`: where it is, if a link may lead there. */
  | { kind: 'media'; words: string; url: string | null }
  /** JSON of a part of an unknown kind. */
  | { kind: 'data'; clip: Clip }
  /** The number of further parts, which are not shown. */
  | { kind: 'more'; parts: number };

export interface ResultView {
  /** The round whose request brought it. */
  round: number;
  content: Content[];
  /** Why it counts as failed, in a word or two (`error`, `exit code 1`); null if it does not. */
  failure: string | null;
  /** Shown next to the call: `84 lines`, or a short result itself. */
  summary: string;
}

export interface CallView {
  name: string;
  /** The arguments on one line. */
  excerpt: string;
  arguments: Clip;
  /** null if no round on this page brings it. */
  result: ResultView | null;
}

/** A piece of a round. A round's items are shown in their order. */
export type Item =
  /** New parts of the system prompt; `sameAs` is the round that showed the same prompt. */
  | { kind: 'system'; clips: Clip[]; more: number; characters: number; known: number; sameAs: number | null }
  /** A system prompt that differs from the previous one in some lines only. */
  | { kind: 'system-change'; removed: Clip; added: Clip; sameLines: number }
  /** `differs`: it replaces the answer logged in round `of`; `late`: it is the part of that answer the log lacked. */
  | {
      kind: 'message';
      role: string;
      content: Content[];
      note: { kind: 'differs' | 'late'; of: number } | null;
    }
  /** A long message that another round shows. */
  | { kind: 'seen'; role: string; excerpt: string; round: number }
  | { kind: 'reasoning'; clip: Clip; tokens: number }
  | { kind: 'answer'; clip: Clip; isRefusal: boolean }
  /** Neither an answer nor a call was logged, and none was sent back. */
  | { kind: 'no-answer'; tokens: number }
  | { kind: 'call'; call: CallView }
  /** A result whose call is on another page, or unknown (`callRound` null). */
  | { kind: 'result'; result: ResultView; callRound: number | null; name: string }
  /** A value that the gateway truncated, as text. */
  | { kind: 'cut'; what: 'request' | 'system' | 'tool calls'; clip: Clip }
  /** The number of further pieces of the request or the answer, which are not shown. */
  | { kind: 'more'; what: Exclude<Piece, 'part'>; count: number };

/** What a round can have any number of. */
export type Piece = 'message' | 'part' | 'call' | 'result';

/** What a request has in common with earlier rounds of its thread. */
export interface History {
  /** `retried`: the same request once more, after a failure. */
  kind: 'continued' | 'rewritten' | 'retried';
  /** Messages that were shown before, including the last answer. */
  repeated: number;
  /** Messages of the continued request that are missing. */
  removed: number;
  added: number;
  /** How many of the added messages are tool results, shown with their calls. */
  atCalls: number;
  /** The round whose request is continued. */
  of: number;
}

export interface RoundView {
  number: number;
  stored: StoredRound;
  /** What a person reads as its model. */
  model: string;
  /** Milliseconds since 1970 UTC. */
  time: number;
  /** By the current price book; `stored.price` may be older. */
  money: ShownMoney;
  history: History | null;
  /** What the user newly wrote, on one line; null if nothing. */
  prompt: string | null;
  /** If several stores are read as one and it is not that of its thread's round before. */
  gateway?: string | undefined;
  items: Item[];
}

/** Rounds of a sub-agent or parallel thread between two rounds of the main thread. */
export interface ThreadView {
  kind: 'sub-agent' | 'thread';
  /** From 1, among its kind. */
  label: number;
  isContinued: boolean;
  /** What the user newly wrote in the first of these rounds, on one line; can be empty. */
  task: string;
  blocks: (RoundBlock | IdleBlock)[];
}

interface RoundBlock {
  kind: 'round';
  round: RoundView;
}
interface IdleBlock {
  kind: 'idle';
  ms: number;
}
export type Block = RoundBlock | IdleBlock | { kind: 'thread'; thread: ThreadView };

/** A round in the timeline. */
export interface Column {
  number: number;
  time: number;
  usage: UsageCell;
  /** What a person reads as its model. */
  model: string;
  thread: ThreadKind;
  /** The name of a sub-agent or parallel thread. */
  threadName: string | null;
  /** Without text, the round's tool calls are unknown. */
  hasText: boolean;
  failedTools: number;
  calls: number;
  /** HTTP status of a failed request, 0 if its connection was closed; else null. */
  status: number | null;
  timing: RoundTime;
  /** Milliseconds without any round before this one; 0 if that is no noticeable gap. */
  idleMs: number;
}

export interface Prompt {
  round: number;
  page: number;
  text: string;
  idleMs: number;
}

/** One page of a session. What a closed page shows depends on its rounds and earlier ones only. */
export interface SessionPart {
  /** From 1. */
  page: number;
  from: number;
  to: number;
  /** Another page follows. */
  isClosed: boolean;
  blocks: Block[];
  prompts: Prompt[];
  columns: Column[];
  consumers: string[];
  /** Whether any question up to here has text: only then can the page show the session's title. */
  hasTitle: boolean;
  /** Digest of its rounds and all earlier ones. */
  digest: string;
}

/** The sum of all rounds, once the last was read. */
export interface SessionSum {
  columns: Column[];
  prompts: Prompt[];
  /** First and last round of each page. */
  pages: { page: number; from: number; to: number }[];
}
