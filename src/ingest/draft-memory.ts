import { readRound } from '../session-format/read-round.ts';
import { arrayElements, parseJson } from '../platform/json-spans.ts';
import {
  RECORDS_KEPT,
  SessionMemory,
  type SavedMemory,
  type TextKind,
} from '../session-format/session-memory.ts';
import { OpenCalls } from '../session-format/open-calls.ts';
import { ToolTally } from '../session-format/tool-tally.ts';
import { RECORD_BYTES } from '../session-format/message-records.ts';
import type { AnyRound, Text } from '../ai-log/round.ts';
import { crc32, digest } from '../platform/digest.ts';
import type { Files } from '../platform/files.ts';
import { readRecords, readSummary, recordsPath, storedRounds } from '../store/session-file.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import type { RepeatedText, StoredTexts } from '../session-format/write-round.ts';

/** More records than this go into a separate file, which an append does not have to rewrite. */
const MOST_INLINE = 128;

/** What a session's summary keeps for the next append. `inline`: the records themselves, base64. */
interface SummaryMemory extends SavedMemory {
  inline?: string;
  /** Tool calls that no request has sent back; absent in summaries of earlier builds. */
  calls?: string[];
  /** CRC-32 of the last record in the session's records file. */
  crc?: number;
}

/** The part of a session's memory that a commit stores: in the summary, and in the records file from a byte on. */
interface SavedBeside {
  summary: SummaryMemory;
  records?: { at: number; bytes: Buffer };
}

/** A session's memory while a run adds rounds to it. */
export class DraftMemory {
  readonly #memory: SessionMemory;
  /** How many records the records file is certain to hold. */
  #saved: number;
  readonly openCalls: OpenCalls;

  constructor(memory = new SessionMemory(), saved = 0, openCalls = new OpenCalls()) {
    this.#memory = memory;
    this.#saved = saved;
    this.openCalls = openCalls;
  }

  /** The memory of a stored session. Throws if its file is not the one that was committed. */
  static resume(files: Files, dir: string, entry: SessionEntry): DraftMemory {
    return load(files, dir, entry) ?? rebuild(storedRounds(files, dir, entry));
  }

  get weight(): number {
    return this.#memory.weight;
  }

  /**
   * Adds a round. Returns which of its texts to store, and the ordinals of its messages. `invalid`: a message
   * is not valid JSON, and nothing was added.
   */
  remember(round: number, logged: AnyRound): (StoredTexts & { ordinals: readonly number[] }) | 'invalid' {
    const messages = logged.messages ?? [];
    const digests = messages.map((message) => (typeof message === 'number' ? message : digest(message, 16)));
    if (!this.#areValid(messages, digests)) return 'invalid';
    const request = logged.messages ? this.#memory.addRequest(round, digests) : null;
    return {
      context: request?.context ?? null,
      newMessages: request?.added.map((place) => messages[place] as Text) ?? [],
      system: this.#rememberText('system', round, logged.system),
      question: this.#rememberText('question', round, logged.question),
      ordinals: request?.ordinals ?? [],
    };
  }

  save(): SavedBeside {
    const memory = this.#memory;
    const calls = this.openCalls.save();
    const saved = { ...memory.save(), ...(calls && { calls }) };
    if (memory.length <= MOST_INLINE)
      return { summary: { ...saved, inline: memory.encodeRecords(0).toString('base64') } };
    const summary = { ...saved, crc: crc32(memory.encodeRecords(memory.length - 1)) };
    const at = this.#saved;
    if (at === memory.length) return { summary };
    this.#saved = memory.length;
    return { summary, records: { at: at * RECORD_BYTES, bytes: memory.encodeRecords(at) } };
  }

  /** Texts given as bytes are known to be valid, and so are those that the session has stored. */
  #areValid(messages: readonly (Text | number)[], digests: readonly (string | number)[]): boolean {
    return messages.every((message, i) => {
      const known = digests[i];
      if (typeof message !== 'string' || typeof known !== 'string') return true;
      return this.#memory.has(known) || parseJson(message) !== undefined;
    });
  }

  #rememberText(kind: TextKind, round: number, text: Text | null): RepeatedText {
    const known = text === null ? null : Buffer.from(digest(text, 16), 'latin1').toString('base64');
    return this.#memory.addText(kind, round, known) ?? { text };
  }
}

/** The memory in the committed summary; undefined if a crashed run overwrote it. */
function load(files: Files, dir: string, entry: SessionEntry): DraftMemory | undefined {
  const saved = readSummary(files, dir, entry, 'write')?.['memory'] as SummaryMemory | undefined;
  if (!saved) return undefined;
  const calls = new OpenCalls(saved.calls);
  if (saved.inline !== undefined)
    return new DraftMemory(SessionMemory.load(saved, Buffer.from(saved.inline, 'base64')), 0, calls);
  const wanted = { count: saved.records, kept: RECORDS_KEPT, size: RECORD_BYTES, crc: saved.crc ?? 0 };
  const records = readRecords(files, recordsPath(dir, entry.file), wanted);
  return records && new DraftMemory(SessionMemory.load(saved, records), saved.records, calls);
}

function rebuild(lines: Iterable<string>): DraftMemory {
  const memory = new SessionMemory();
  const openCalls = new OpenCalls();
  const tools = new ToolTally({}, openCalls);
  for (const line of lines) {
    const { stored, texts } = readRound(line);
    const messages = arrayElements(texts.get('new_messages') ?? '[]') ?? [];
    memory.replay(
      stored.round,
      stored.context ?? [],
      messages.map((message) => digest(message, 16)),
    );
    tools.addStored(stored, line, texts);
  }
  return new DraftMemory(memory, 0, openCalls);
}
