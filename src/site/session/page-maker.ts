import { digest } from '../../platform/digest.ts';
import type { Budget } from './clip.ts';
import { MOST_LINES } from './prompts.ts';
import type { Thread } from '../../query/conversation/threads.ts';
import type { Block, Column, ThreadView, Prompt, RoundView, SessionPart, SessionSum } from './view.ts';

/** A page this long ends before the next prompt, … */
const ENOUGH = { rounds: 50, bytes: 450_000 };
/** … or, this long, before any round of the main thread, … */
const MUCH = { rounds: 80, bytes: 520_000 };
/** … or, this long, before any round. */
const MOST = { rounds: 120, bytes: 600_000 };

/** Size of the HTML of a round, and of an item in it, without texts. */
const ROUND_BYTES = 1_800;
const ITEM_BYTES = 400;

interface PlacedRound {
  view: RoundView;
  /** null if the log has no list of messages for the round. */
  thread: Thread | null;
  /** What the user asked for in this round, on one line. */
  task: string;
  consumer: string;
  budget: Budget;
}

/** Divides a session's rounds into pages. */
export class PageMaker {
  /** Number of the current page, from 1. */
  page = 1;
  readonly #columns: Column[];
  readonly #prompts: Prompt[] = [];
  /** The first prompt of the current page. */
  #promptsFrom = 0;
  readonly #pages: SessionSum['pages'] = [];
  #from = 1;
  #bytes = 0;
  #blocks: Block[] = [];
  /** Threads with a block after the last round of the main thread. */
  #open = new Map<Thread, ThreadView>();
  readonly #begun = new Set<string>();
  readonly #consumers = new Set<string>();
  #hasTitle = false;
  #digest = '';

  /** `columns` grows by one with each round. */
  constructor(columns: Column[]) {
    this.#columns = columns;
  }

  /** Ends the page before the next round if it is long enough, and returns the closed part. */
  cutBefore(isSide: boolean, isPrompt: boolean): SessionPart | null {
    const rounds = this.#columns.length - this.#from + 1;
    const reaches = (limit: { rounds: number; bytes: number }): boolean =>
      rounds >= limit.rounds || this.#bytes >= limit.bytes;
    if (rounds === 0) return null;
    if (!reaches(MOST) && (isSide || !reaches(MUCH)) && (isSide || !isPrompt || !reaches(ENOUGH)))
      return null;
    const closed = this.#part(true);
    this.#forgetPrompts();
    this.page++;
    this.#from = this.#columns.length + 1;
    this.#bytes = 0;
    this.#blocks = [];
    this.#open = new Map();
    return closed;
  }

  /** `key` covers all that the round adds; `hasTitle`: a question up to this round has text. */
  add(placed: PlacedRound, column: Column, key: string, hasTitle: boolean): void {
    const { view, thread, budget } = placed;
    this.#bytes += ROUND_BYTES + ITEM_BYTES * view.items.length + budget.spent;
    if (thread && (thread.kind === 'sub-agent' || thread.kind === 'thread'))
      this.#addToThread(placed, thread, column.idleMs);
    else {
      this.#open = new Map();
      if (column.idleMs > 0) this.#blocks.push({ kind: 'idle', ms: column.idleMs });
      this.#blocks.push({ kind: 'round', round: view });
    }
    if (view.prompt !== null)
      this.#prompts.push({
        round: view.number,
        page: this.page,
        text: detached(view.prompt),
        idleMs: column.idleMs,
      });
    if (placed.consumer !== '') this.#consumers.add(placed.consumer);
    this.#hasTitle = hasTitle;
    this.#digest = digest(this.#digest + key, 16);
  }

  /** If the list of prompts is long, an older page has one line in it, with the text of its first prompt. */
  #forgetPrompts(): void {
    if (this.#prompts.length > MOST_LINES) {
      for (let i = this.#promptsFrom + 1; i < this.#prompts.length; i++)
        this.#prompts[i] = { ...(this.#prompts[i] as Prompt), text: '' };
    }
    this.#promptsFrom = this.#prompts.length;
  }

  end(): { part: SessionPart; sum: SessionSum } {
    const part = this.#part(false);
    return { part, sum: { columns: this.#columns, prompts: this.#prompts, pages: this.#pages } };
  }

  #addToThread({ view, task }: PlacedRound, thread: Thread, idleMs: number): void {
    let open = this.#open.get(thread);
    if (!open) {
      if (idleMs > 0) this.#blocks.push({ kind: 'idle', ms: idleMs });
      const kind = thread.kind as ThreadView['kind'];
      const name = `${kind} ${thread.label}`;
      open = { kind, label: thread.label, isContinued: this.#begun.has(name), task, blocks: [] };
      this.#begun.add(name);
      this.#open.set(thread, open);
      this.#blocks.push({ kind: 'thread', thread: open });
    } else if (idleMs > 0) open.blocks.push({ kind: 'idle', ms: idleMs });
    open.blocks.push({ kind: 'round', round: view });
  }

  #part(isClosed: boolean): SessionPart {
    const [from, to] = [this.#from, this.#columns.length];
    this.#pages.push({ page: this.page, from, to });
    return {
      page: this.page,
      from,
      to,
      isClosed,
      blocks: this.#blocks,
      prompts: this.#prompts.slice(this.#promptsFrom),
      // Copies: a result on a later page must not change this one.
      columns: this.#columns.slice(from - 1).map((column) => ({ ...column })),
      consumers: [...this.#consumers],
      hasTitle: this.#hasTitle,
      digest: this.#digest,
    };
  }
}

/** A copy, so that the longer text that it may be a slice of need not be kept. */
function detached(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le');
}
