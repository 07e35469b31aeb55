import { NOTHING_KEPT } from '../../src/session-format/kept-fields.ts';
import { CountingRules } from '../../src/session-format/round-cells.ts';
import { FULL_COVERAGE } from '../../src/model/index-coverage.ts';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import { SessionDraft } from '../../src/ingest/session-draft.ts';
import type { Money } from '../../src/pricing/round-money.ts';
import { nodeFiles, withFile } from '../../src/platform/files.ts';
import type { SessionAddition } from '../../src/store/commit.ts';
import { appendRounds, recordsPath, storedRounds, type SessionEnd } from '../../src/store/session-file.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { readRequest, toRequest, type Request } from '../ai-log/conversations.ts';

export const ID = { id: 's', file: 's.json' };
export const FIRST = Date.UTC(2026, 1, 1);

let dir: string;

/** A folder with one session, for one test. */
export function useFolder(): void {
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'draft-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });
}

export function emptyFolder(): void {
  rmSync(dir, { recursive: true });
  dir = mkdtempSync(join(tmpdir(), 'draft-'));
}

export function sessionPath(): string {
  return join(dir, ID.file);
}

export function memoryPath(): string {
  return recordsPath(dir, ID.file);
}

/** The money of a round that costs nothing. */
const NO_MONEY: Money = { cost: 0n, saved: 0n, currency: 'USD', inexact: [] };

export function open(entry: SessionEntry | undefined, keepsText = true): SessionDraft {
  const rules = new CountingRules(FULL_COVERAGE);
  return entry
    ? SessionDraft.resume(nodeFiles, dir, entry, keepsText, rules)
    : SessionDraft.create(ID, keepsText, rules);
}

/** One request a minute. */
export function add(draft: SessionDraft, request: Request, i: number): number {
  return draft.add(
    readRequest(request),
    { time: FIRST + i * 60_000, at: [1, i], price: 'unpriced', flags: [], kept: NOTHING_KEPT },
    NO_MONEY,
  );
}

/** Writes what a draft has collected, as a commit does. */
export function commit(draft: SessionDraft, committed: SessionEntry | undefined): SessionEntry {
  const addition = draft.take();
  const end = write(addition, committed);
  return { ...addition.entry, ...end, usage: [...(committed?.usage ?? []), ...addition.usage] };
}

function write(
  { rounds, summary, records }: SessionAddition,
  committed: SessionEntry | undefined,
): SessionEnd {
  if (records) {
    withFile(nodeFiles, memoryPath(), 'create', (fd) => nodeFiles.write(fd, records.bytes, records.at));
  }
  return appendRounds(nodeFiles, dir, { ...ID, committed }, rounds, summary);
}

/** A run that wrote its rounds and its summary over the committed summary, and then crashed. */
export function crash(entry: SessionEntry): void {
  const draft = open(entry);
  add(draft, { messages: ['"lost"'], system: '"lost"', question: '"lost"' }, 1000);
  write(draft.take(), entry);
}

export function lines(entry: SessionEntry): Iterable<string> {
  return storedRounds(nodeFiles, dir, entry);
}

export function expanded(entry: SessionEntry): Request[] {
  return [...expandRounds(lines(entry))].map(toRequest);
}

export const history = (length: number): string[] => Array.from({ length }, (_, i) => `{"n":${i}}`);

export const request = (messages: string[]): Request => ({
  messages,
  system: '"prompt"',
  question: '"why"',
});
