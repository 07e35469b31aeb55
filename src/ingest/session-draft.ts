import { charactersOf, type AnyRound } from '../ai-log/round.ts';
import { titleOf } from '../session-format/title.ts';
import type { Files } from '../platform/files.ts';
import type { Money } from '../pricing/round-money.ts';
import type { SessionAddition } from '../store/commit.ts';
import { checkSessionFile } from '../store/session-file.ts';
import { pruneMarks, type PruneMarks, type SessionEntry } from '../model/session-entry.ts';
import { cellOf, type UsageCell } from '../model/usage-cell.ts';
import { DraftMemory } from './draft-memory.ts';
import { LineArena } from './arena.ts';
import { sealRound } from '../session-format/framing.ts';
import { factsOfLogged, SessionCells, type CountingRules } from '../session-format/round-cells.ts';
import { storedLine, type StoredFacts } from '../session-format/write-round.ts';
import { ToolTally } from '../session-format/tool-tally.ts';
import { addCounts, type Counts } from '../model/counts.ts';
import { sumUsage, summaryOf } from '../session-format/summary.ts';

/** The weight of a draft of a new session. */
const EMPTY_WEIGHT = 20;

/** A session while a run adds rounds to it: what it was at the last commit, and what came since. */
export class SessionDraft {
  readonly id: string;
  readonly file: string;
  readonly #space: LineArena;
  /** Its file is damaged: the rounds are only counted, and wait for a repair. */
  readonly isDetached: boolean;
  readonly #totals: Counts;
  /** undefined if no text is kept. */
  readonly #memory: DraftMemory | undefined;
  #created: number;
  #updated: number;
  #rounds: number;
  #model: string;
  #title: string | null;
  #errors: number;
  readonly #marks: PruneMarks;
  readonly #tools: ToolTally;
  /** Positions in `#space`. */
  #lines: number[] = [];
  #usage: UsageCell[] = [];
  #takes = 0;
  readonly #cells: SessionCells;

  private constructor(
    session: { id: string; file: string },
    known: SessionEntry | undefined,
    totals: Counts,
    memory: DraftMemory | undefined,
    rules: CountingRules,
    space: LineArena,
    isDetached = false,
  ) {
    this.#cells = new SessionCells(rules, known?.usage);
    this.isDetached = isDetached;
    this.#space = space;
    this.id = session.id;
    this.file = session.file;
    this.#totals = totals;
    this.#memory = memory;
    this.#created = known?.created ?? Infinity;
    this.#updated = known?.updated ?? -Infinity;
    this.#rounds = known?.rounds ?? 0;
    this.#model = known?.model ?? '';
    this.#title = known?.title ?? null;
    this.#errors = known?.errors ?? 0;
    this.#marks = pruneMarks(known ?? {});
    this.#tools = new ToolTally(known, memory?.openCalls);
  }

  /** Starts a new file. `known` is the entry of a session whose rounds were removed; numbering continues from it. */
  static create(
    session: { id: string; file: string },
    keepsText: boolean,
    rules: CountingRules,
    space = new LineArena(),
    known?: SessionEntry,
  ): SessionDraft {
    const memory = keepsText ? new DraftMemory() : undefined;
    return new SessionDraft(session, known, sumUsage(known?.usage ?? []), memory, rules, space);
  }

  /** Continues a stored session whose file is damaged: nothing is known but what the index says. */
  static detach(
    entry: SessionEntry,
    keepsText: boolean,
    rules: CountingRules,
    space: LineArena,
  ): SessionDraft {
    const memory = keepsText ? new DraftMemory() : undefined;
    return new SessionDraft(entry, entry, sumUsage(entry.usage), memory, rules, space, true);
  }

  /** Continues a stored session. Throws DamagedSession if its file is not the one that was committed. */
  static resume(
    files: Files,
    dir: string,
    entry: SessionEntry,
    keepsText: boolean,
    rules: CountingRules,
    space = new LineArena(),
  ): SessionDraft {
    const totals = sumUsage(entry.usage);
    if (!keepsText) checkSessionFile(files, dir, entry, 'write');
    const memory = keepsText ? DraftMemory.resume(files, dir, entry) : undefined;
    return new SessionDraft(entry, entry, totals, memory, rules, space);
  }

  /** Approximate memory held between commits, in hundreds of bytes. */
  get weight(): number {
    return EMPTY_WEIGHT + (this.#memory?.weight ?? 0);
  }

  /** Time of its latest round, stored or not: milliseconds since 1970 UTC. */
  get updated(): number {
    return this.#updated;
  }

  /** How many commits have included its rounds. */
  get takes(): number {
    return this.#takes;
  }

  /** The lines of the uncommitted rounds, starting at index `from`. */
  *pendingRounds(from: number): Generator<Buffer> {
    for (const line of this.#lines.slice(from)) yield this.#space.read(line);
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /**
   * Adds a round; returns the number of bytes of its line, or -1 if its messages are not valid JSON and nothing was
   * added. `onAdded` gets the ordinals of its messages in the session's memory.
   */
  add(
    logged: AnyRound,
    facts: Omit<StoredFacts, 'round'>,
    money: Money,
    onAdded?: (ordinals: readonly number[]) => void,
  ): number {
    const round = this.#rounds + 1;
    const texts = this.#memory?.remember(round, logged) ?? null;
    if (texts === 'invalid') return -1;
    const line = this.#space.write(storedLine(logged, { ...facts, round }, texts));
    sealRound(this.#space.read(line));
    this.#lines.push(line);
    this.#rounds = round;
    this.#created = Math.min(this.#created, facts.time);
    this.#updated = Math.max(this.#updated, facts.time);
    this.#model = logged.model;
    if (this.#memory)
      this.#title ??= titleOf(logged.question === null ? null : charactersOf(logged.question));
    if (texts)
      this.#tools.add(round, {
        toolCalls: logged.toolCalls,
        newMessages: texts.context && texts.newMessages,
      });
    if ((logged.responseCode ?? 0) >= 400) this.#errors++;
    const counted = this.#cells.of(factsOfLogged(logged, facts.at, facts.kept));
    const cell = cellOf(logged, facts, logged.usage, money, counted);
    this.#usage.push(cell);
    addCounts(this.#totals, cell);
    onAdded?.(texts?.ordinals ?? []);
    return this.#space.read(line).length;
  }

  /** Returns what to store, and starts afresh. The rounds are valid until the arena is reset. */
  take(): SessionAddition {
    const rounds = this.#lines.map((position) => this.#space.read(position));
    const usage = this.#usage;
    this.#lines = [];
    this.#usage = [];
    this.#takes++;
    const { summary: memory, records } = this.#memory?.save() ?? {};
    return {
      entry: {
        id: this.id,
        file: this.file,
        created: this.#created,
        updated: this.#updated,
        rounds: this.#rounds,
        model: this.#model,
        title: this.#title,
        errors: this.#errors,
        ...this.#tools.counts,
        ...this.#marks,
      },
      rounds,
      usage,
      summary: this.#summary(memory),
      ...(this.isDetached ? { isDetached: true } : records && { records }),
    };
  }

  #summary(memory: object | undefined): Record<string, unknown> {
    const session = {
      created: this.#created,
      updated: this.#updated,
      rounds: this.#rounds,
      model: this.#model,
      ...this.#marks,
    };
    return { ...summaryOf(session, this.#totals), ...(memory && { memory }) };
  }
}
