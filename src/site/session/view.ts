import type { StoredRound } from '../../session-format/stored-round.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import type { ShownMoney } from '../../query/round-money.ts';

// A session as its pages show it: plain data, without a word of HTML.

/** Text as it is shown, and how many of its characters are left off at the end. */
export interface Clip {
  text: string;
  left: number;
  /** The gateway cut its middle out. */
  isCut?: true;
}

/** What stands in a message, or in a tool's result. */
export type Content =
  | { kind: 'text' | 'thinking'; clip: Clip }
  | { kind: 'image'; url: string | null }
  /** JSON of a part of an unknown kind. */
  | { kind: 'data'; clip: Clip };

export interface ResultView {
  /** The round whose request brought it. */
  round: number;
  content: Content[];
  /** Why it counts as failed, in a word or two (`error`, `exit code 1`); null where it does not. */
  failure: string | null;
  /** What fits beside the call: `84 lines`, or a result so short that it can stand there itself. */
  summary: string;
}

export interface CallView {
  name: string;
  /** The arguments' excerpt, on one line. */
  excerpt: string;
  arguments: Clip;
  /** null where no later round on this page brings it. */
  result: ResultView | null;
}

/** One piece of a round, in the order in which it is shown. */
export type Item =
  /** New parts of the system prompt; `sameAs` names the round that showed all of it. */
  | { kind: 'system'; clips: Clip[]; characters: number; known: number; sameAs: number | null }
  /** A system prompt that differs from the one before in some lines only. */
  | { kind: 'system-change'; removed: Clip; added: Clip; sameLines: number }
  /** `differs`: it stands for the answer of round `of`, which was logged otherwise; `late`: so it ended there. */
  | {
      kind: 'message';
      role: string;
      content: Content[];
      note: { kind: 'differs' | 'late'; of: number } | null;
    }
  /** A long message that another round shows. */
  | { kind: 'seen'; role: string; excerpt: string; round: number }
  | { kind: 'reasoning'; clip: Clip; tokens: number }
  | { kind: 'answer'; clip: Clip }
  | { kind: 'call'; call: CallView }
  /** A result whose call stands on another page, or nowhere (`callRound` null). */
  | { kind: 'result'; result: ResultView; callRound: number | null; name: string }
  /** A value that the gateway cut, as text. */
  | { kind: 'cut'; what: 'request' | 'system' | 'tool calls'; clip: Clip }
  /** So many messages of this request are not shown at all. */
  | { kind: 'more'; messages: number };

/** What a request says again of its thread's past. */
export interface History {
  /** `first`: nothing to repeat; `continued`; `rewritten`; `retried`: the very same request after a failure. */
  kind: 'continued' | 'rewritten' | 'retried';
  /** Messages that were shown before; the answer of the round before among them. */
  repeated: number;
  /** Messages of the round before that are gone. */
  removed: number;
  added: number;
  /** Of the added, tool results that stand with their calls. */
  atCalls: number;
  /** The round whose request is continued. */
  of: number;
}

export interface RoundView {
  number: number;
  stored: StoredRound;
  /** Milliseconds since 1970 UTC. */
  time: number;
  /** By the price book as it stands; `stored.price` may be older. */
  money: ShownMoney;
  history: History | null;
  /** The user's words that this round brought, on one line; null where it brought none. */
  prompt: string | null;
  items: Item[];
}

export type ThreadKind = 'main' | 'sub-agent' | 'thread' | 'loose';

/** Rounds of a parallel thread, as far as they stand between two rounds of the main one. */
export interface ThreadView {
  kind: 'sub-agent' | 'thread';
  /** From 1, among its kind. */
  label: number;
  isContinued: boolean;
  /** What it was asked at the first of these rounds, on one line; empty where that only goes on. */
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

/** A round in the timeline chart. */
export interface Column {
  number: number;
  time: number;
  usage: UsageCell;
  thread: ThreadKind;
  /** Names the thread, where that is a sub-agent or a parallel thread. */
  threadName: string | null;
  /** Whether it says a word: without, its tool calls are unknown. */
  hasText: boolean;
  failedTools: number;
  calls: number;
  /** Of a failed request; null where it went well. */
  status: number | null;
  /** Milliseconds without any round before this one; 0 where that is no gap to speak of. */
  idleMs: number;
}

export interface Prompt {
  round: number;
  page: number;
  text: string;
  idleMs: number;
}

/** One page of a session. What stands on a closed page follows from its rounds and those before. */
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
  /** Whether any question up to here had words: only then may the page have the session's title. */
  hasTitle: boolean;
  /** Digest of all that its rounds, and those before, say. */
  digest: string;
}

/** What all rounds together come to, once the last was read. */
export interface SessionSum {
  columns: Column[];
  prompts: Prompt[];
  /** First and last round of each page. */
  pages: { page: number; from: number; to: number }[];
}
