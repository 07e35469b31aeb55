import { arrayElements, parseJson } from '../ai-log/json-spans.ts';
import { RECORDS_KEPT, SessionMemory, type SavedMemory, type TextKind } from '../ai-log/memory.ts';
import { RECORD_BYTES } from '../ai-log/message-records.ts';
import { readStoredRound } from '../ai-log/expand-rounds.ts';
import { charactersOf, type AnyRound, type Text } from '../ai-log/round.ts';
import { crc32, digest } from '../platform/digest.ts';
import type { Files } from '../platform/files.ts';
import type { SessionAddition } from '../store/commit.ts';
import {
  checkSessionFile,
  readRecords,
  readSummary,
  recordsPath,
  storedRounds,
} from '../store/session-file.ts';
import {
  pruneMarks,
  QUARTER_MS,
  type PruneMarks,
  type SessionEntry,
  type UsageCell,
} from '../store/types.ts';
import { LineSpace } from './line-space.ts';
import { storedLine, type RepeatedText, type StoredFacts, type StoredTexts } from './stored-line.ts';
import { addTotals, sumUsage, summaryOf, type Totals } from './summary.ts';
import { titleOf } from '../ai-log/title.ts';

/** Above this many records they go into a file beside the session, which an append need not write anew. */
const MOST_INLINE = 128;

/** Of a draft without a past. */
const EMPTY_WEIGHT = 20;

/** What a session's summary keeps for the next append. `inline`: the records themselves, base64. */
interface SummaryMemory extends SavedMemory {
  inline?: string;
  /** CRC-32 of the last record in the file beside the session. */
  crc?: number;
}

/** What a round cost, and what its cached tokens saved. */
export type RoundMoney = Pick<UsageCell, 'cost' | 'saved'>;

/** A session while a run adds rounds to it: what it was at the last commit, and what came since. */
export class SessionDraft {
  readonly id: string;
  readonly file: string;
  readonly #space: LineSpace;
  readonly #totals: Totals;
  /** undefined where no text is kept. */
  readonly #memory: SessionMemory | undefined;
  /** Records that the file beside the session holds for certain. */
  #savedRecords: number;
  #created: number;
  #updated: number;
  #rounds: number;
  #model: string;
  #title: string | null;
  #errors: number;
  readonly #marks: PruneMarks;
  /** Their places in the space. */
  #lines: number[] = [];
  #usage: UsageCell[] = [];

  private constructor(
    session: { id: string; file: string },
    known: SessionEntry | undefined,
    totals: Totals,
    memory: SessionMemory | undefined,
    savedRecords: number,
    space: LineSpace,
  ) {
    this.#space = space;
    this.id = session.id;
    this.file = session.file;
    this.#totals = totals;
    this.#memory = memory;
    this.#savedRecords = savedRecords;
    this.#created = known?.created ?? Infinity;
    this.#updated = known?.updated ?? -Infinity;
    this.#rounds = known?.rounds ?? 0;
    this.#model = known?.model ?? '';
    this.#title = known?.title ?? null;
    this.#errors = known?.errors ?? 0;
    this.#marks = pruneMarks(known ?? {});
  }

  /** Begins a file; `known` is the entry of a session whose rounds were removed: its numbers go on. */
  static create(
    session: { id: string; file: string },
    keepsText: boolean,
    space = new LineSpace(),
    known?: SessionEntry,
  ): SessionDraft {
    const memory = keepsText ? new SessionMemory() : undefined;
    return new SessionDraft(session, known, sumUsage(known?.usage ?? []), memory, 0, space);
  }

  /** Goes on with a stored session. Throws if its file is not the one that was committed. */
  static resume(
    files: Files,
    dir: string,
    entry: SessionEntry,
    keepsText: boolean,
    space = new LineSpace(),
  ): SessionDraft {
    const totals = sumUsage(entry.usage);
    if (!keepsText) {
      checkSessionFile(files, dir, entry);
      return new SessionDraft(entry, entry, totals, undefined, 0, space);
    }
    const loaded = loadMemory(files, dir, entry);
    const memory = loaded?.memory ?? rebuildMemory(storedRounds(files, dir, entry));
    return new SessionDraft(entry, entry, totals, memory, loaded?.savedRecords ?? 0, space);
  }

  /** How much memory the draft holds between commits, roughly, in hundreds of bytes. */
  get weight(): number {
    return EMPTY_WEIGHT + (this.#memory?.weight ?? 0);
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  /**
   * Adds a round; returns the bytes of its line. -1: its messages are no valid JSON, and nothing was added. `onAdded`
   * is told what its messages are in the session's memory.
   */
  add(
    logged: AnyRound,
    facts: Omit<StoredFacts, 'round'>,
    money: RoundMoney,
    onAdded?: (ordinals: readonly number[]) => void,
  ): number {
    const round = this.#rounds + 1;
    const texts = this.#memory ? remember(this.#memory, round, logged) : null;
    if (texts === 'invalid') return -1;
    const line = this.#space.write(storedLine(logged, { ...facts, round }, texts));
    this.#lines.push(line);
    this.#rounds = round;
    this.#created = Math.min(this.#created, facts.time);
    this.#updated = Math.max(this.#updated, facts.time);
    this.#model = logged.model;
    if (this.#memory)
      this.#title ??= titleOf(logged.question === null ? null : charactersOf(logged.question));
    if ((logged.responseCode ?? 0) >= 400) this.#errors++;
    const cell = usageCell(logged, facts, money);
    this.#usage.push(cell);
    addTotals(this.#totals, cell);
    onAdded?.(texts?.ordinals ?? []);
    return this.#space.read(line).length;
  }

  /** Hands over what is to be stored, and begins anew behind it. The rounds are valid as long as the space is. */
  take(): SessionAddition {
    const rounds = this.#lines.map((place) => this.#space.read(place));
    const usage = this.#usage;
    this.#lines = [];
    this.#usage = [];
    const { summaryMemory, records } = this.#saveMemory();
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
        ...this.#marks,
      },
      rounds,
      usage,
      summary: this.#summary(summaryMemory),
      ...(records && { records }),
    };
  }

  #summary(memory: SummaryMemory | undefined): Record<string, unknown> {
    const session = {
      created: this.#created,
      updated: this.#updated,
      rounds: this.#rounds,
      model: this.#model,
      ...this.#marks,
    };
    return { ...summaryOf(session, this.#totals), ...(memory && { memory }) };
  }

  #saveMemory(): { summaryMemory?: SummaryMemory; records?: { at: number; bytes: Buffer } } {
    const memory = this.#memory;
    if (!memory) return {};
    const saved = memory.save();
    if (memory.length <= MOST_INLINE) {
      return { summaryMemory: { ...saved, inline: memory.encodeRecords(0).toString('base64') } };
    }
    const crc = crc32(memory.encodeRecords(memory.length - 1));
    const at = this.#savedRecords;
    if (at === memory.length) return { summaryMemory: { ...saved, crc } };
    this.#savedRecords = memory.length;
    const records = { at: at * RECORD_BYTES, bytes: memory.encodeRecords(at) };
    return { summaryMemory: { ...saved, crc }, records };
  }
}

function remember(
  memory: SessionMemory,
  round: number,
  logged: AnyRound,
): (StoredTexts & { ordinals: readonly number[] }) | 'invalid' {
  const messages = logged.messages ?? [];
  const digests = messages.map((message) => (typeof message === 'number' ? message : digest(message, 16)));
  if (!areValid(messages, digests, memory)) return 'invalid';
  const request = logged.messages ? memory.addRequest(round, digests) : null;
  return {
    context: request?.context ?? null,
    newMessages: request?.added.map((place) => messages[place] as Text) ?? [],
    system: rememberText(memory, 'system', round, logged.system),
    question: rememberText(memory, 'question', round, logged.question),
    ordinals: request?.ordinals ?? [],
  };
}

/** What is given as bytes is known to be valid, and so is what the session stored. */
function areValid(
  messages: readonly (Text | number)[],
  digests: readonly (string | number)[],
  memory: SessionMemory,
): boolean {
  return messages.every((message, i) => {
    const known = digests[i];
    if (typeof message !== 'string' || typeof known !== 'string') return true;
    return memory.has(known) || parseJson(message) !== undefined;
  });
}

function rememberText(memory: SessionMemory, kind: TextKind, round: number, text: Text | null): RepeatedText {
  const known = text === null ? null : Buffer.from(digest(text, 16), 'latin1').toString('base64');
  return memory.addText(kind, round, known) ?? { text };
}

/** The memory that the committed summary kept; undefined where a crashed run wrote over it. */
function loadMemory(
  files: Files,
  dir: string,
  entry: SessionEntry,
): { memory: SessionMemory; savedRecords: number } | undefined {
  const saved = readSummary(files, dir, entry)?.['memory'] as SummaryMemory | undefined;
  if (!saved) return undefined;
  if (saved.inline !== undefined) {
    return { memory: SessionMemory.load(saved, Buffer.from(saved.inline, 'base64')), savedRecords: 0 };
  }
  const wanted = { count: saved.records, kept: RECORDS_KEPT, size: RECORD_BYTES, crc: saved.crc ?? 0 };
  const records = readRecords(files, recordsPath(dir, entry.file), wanted);
  return records && { memory: SessionMemory.load(saved, records), savedRecords: saved.records };
}

function rebuildMemory(lines: Iterable<string>): SessionMemory {
  const memory = new SessionMemory();
  for (const line of lines) {
    const { stored, texts } = readStoredRound(line);
    const messages = arrayElements(texts.get('new_messages') ?? '[]') ?? [];
    memory.replay(
      stored.round,
      stored.context ?? [],
      messages.map((message) => digest(message, 16)),
    );
  }
  return memory;
}

function usageCell(logged: AnyRound, facts: Omit<StoredFacts, 'round'>, money: RoundMoney): UsageCell {
  return {
    quarter: Math.floor(facts.time / QUARTER_MS),
    model: logged.model,
    consumer: logged.consumer,
    api: logged.api,
    price: facts.price,
    rounds: 1,
    ...logged.usage,
    ...money,
  };
}
