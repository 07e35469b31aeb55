import { NOTHING_KEPT } from '../../src/session-format/kept-fields.ts';
import { readRound } from '../../src/session-format/read-round.ts';
import { arrayElements } from '../../src/platform/json-spans.ts';
import { SessionMemory, type TextKind } from '../../src/session-format/session-memory.ts';
import type { LoggedRound, Text } from '../../src/ai-log/round.ts';
import { storedLine, type RepeatedText } from '../../src/session-format/write-round.ts';
import { digest } from '../../src/platform/digest.ts';

/** One line of a session file, written with the session's memory. */
export function store(
  memory: SessionMemory,
  round: number,
  logged: LoggedRound,
  digestOf = digest16,
): string {
  const { messages } = logged;
  const request = messages && memory.addRequest(round, messages.map(digestOf));
  const repeated = (kind: TextKind): RepeatedText => {
    const text = logged[kind];
    return memory.addText(kind, round, text === null ? null : digestOf(text)) ?? { text };
  };
  const facts = {
    round,
    time: Date.UTC(2026, 1, 1),
    at: [1, 0],
    price: 'free',
    flags: [],
    kept: NOTHING_KEPT,
  } as const;
  return joined(
    storedLine(
      logged,
      { ...facts, at: [1, 0] },
      {
        context: request?.context ?? null,
        newMessages: request?.added.map((place) => messages?.[place] ?? '') ?? [],
        system: repeated('system'),
        question: repeated('question'),
      },
    ),
  );
}

/** Joins the pieces of a line. */
export function joined(pieces: readonly Text[]): string {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as Uint8Array))).toString();
}

export function digest16(text: string): string {
  return digest(text, 16);
}

/** As the summary and the file next to it store it: JSON, and the newest records. */
export function reload(memory: SessionMemory, kept = Infinity): SessionMemory {
  const saved = JSON.parse(JSON.stringify(memory.save()));
  return SessionMemory.load(saved, memory.encodeRecords(Math.max(0, memory.length - kept)));
}

export function replay(lines: readonly string[]): SessionMemory {
  const memory = new SessionMemory();
  for (const line of lines) {
    const { stored } = readRound(line);
    memory.replay(stored.round, stored.context ?? [], newMessages(line).map(digest16));
  }
  return memory;
}

export function newMessages(line: string): string[] {
  return arrayElements(readRound(line).texts.get('new_messages') ?? '[]') ?? [];
}
