import { readFileSync, writeFileSync } from 'node:fs';
import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import type { ParseOptions } from '../../src/ingest/options.ts';
import { parseLogs } from '../../src/ingest/parse-logs.ts';
import type { ParseResult } from '../../src/ingest/tally.ts';
import { isPruned } from '../../src/model/session-entry.ts';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { basePath, removeIndex } from '../../src/store/index/index-files.ts';
import { readRoundLines, readSnapshot } from '../../src/store/read.ts';
import { toolCountsOf } from '../../src/model/tool-counts.ts';
import { readState, writeState } from '../../src/store/state.ts';
import { openStore } from '../../src/store/store.ts';
import { StoredIndex } from '../../src/store/index/stored-index.ts';
import { inProcess } from './share/in-process.ts';

export { makeFolder } from '../platform/make.ts';

/** One line of Higress's access log. Request `n` of a session repeats the history before it. */
export function aiLine(session: string, n: number, aiLog: Record<string, unknown> = {}): string {
  const messages = Array.from({ length: 2 * n + 1 }, (_, i) => ({
    content: `${session} message ${i}`,
    role: i % 2 === 0 ? 'user' : 'assistant',
  }));
  const inner = {
    answer: `${session} message ${2 * n + 1}`,
    input_token: 100 + n,
    messages,
    model: 'gpt-4o',
    output_token: 10,
    question: `${session} message ${2 * n}`,
    session_id: session,
    total_token: 110 + n,
    ...aiLog,
  };
  const time = new Date(Date.UTC(2026, 1, 1) + n * 1000).toISOString();
  return `${JSON.stringify({ ai_log: JSON.stringify(inner), request_id: `${session}-${n}`, start_time: time, user_agent: 'test' })}\n`;
}

export function otherLine(n: number): string {
  return `{"ai_log":"-","method":"GET","path":"/healthz","request_id":"other-${n}","start_time":"2026-02-01T00:00:00.000Z"}\n`;
}

/** A run like that of the command. Fails unless every line is counted somewhere. */
export async function run(
  dir: string,
  log: string,
  options: Partial<ParseOptions> = {},
  files: Files = nodeFiles,
): Promise<ParseResult> {
  const result = await runAnyhow(dir, log, options, files);
  if (result.faults.length > 0) throw new Error(result.faults.join('; '));
  return result;
}

/** The same, even if the counts do not add up. */
export function runAnyhow(
  dir: string,
  log: string,
  options: Partial<ParseOptions> = {},
  files: Files = nodeFiles,
): Promise<ParseResult> {
  const threads = SHARDS > 0 ? inProcess(SHARDS, files) : undefined;
  return parseLogs(files, { dir, logPaths: [log], filters: {}, now: Date.now, threads, ...options });
}

/** `MONITOR_SHARDS=3` runs any test with three workers. */
const SHARDS = Number(process.env['MONITOR_SHARDS'] ?? 0);

/** Everything that a reader can see in a store: each session with its usage, each round with its request. */
export function dumpStore(dir: string): unknown {
  const { sessions } = readSnapshot(dir);
  return [...sessions.values()]
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map((entry) => ({
      id: entry.id,
      rounds: entry.rounds,
      input: entry.usage.reduce((sum, cell) => sum + cell.input, 0),
      cost: String(entry.usage.reduce((sum, cell) => sum + cell.cost, 0n)),
      counted: entry.usage.reduce((sum, cell) => sum + cell.rounds, 0),
      tools: toolCountsOf(entry),
      texts: [...expandRounds(readRoundLines(dir, entry))].map(({ stored, messages, question, answer }) => [
        stored.round,
        stored.at,
        stored.request_id,
        messages,
        question,
        answer,
      ]),
    }));
}

/** The request ids of all stored rounds, sorted. */
export function storedRequests(dir: string): string[] {
  const { sessions } = readSnapshot(dir);
  return [...sessions.values()]
    .flatMap((entry) =>
      [...expandRounds(readRoundLines(dir, entry))].map(({ stored }) => stored.request_id ?? ''),
    )
    .toSorted();
}

/** The answers of all stored rounds that were not pruned, sorted. */
export function storedAnswers(dir: string): string[] {
  const { sessions } = readSnapshot(dir);
  return [...sessions.values()]
    .filter((entry) => !isPruned(entry))
    .flatMap((entry) =>
      [...expandRounds(readRoundLines(dir, entry))].map(({ answer }) => String(JSON.parse(answer ?? '""'))),
    )
    .toSorted();
}

/** The interface to the file system, with faults. */
export interface FaultyFiles {
  files: Files;
  /** Operations so far, by name. */
  operations: string[];
}

/** How an operation fails: before it happens, after half of a write, or after it has happened. */
export type Fault = 'before' | 'torn' | 'after';

/**
 * Fails at operation `at` (from 0). With an error code, the run may continue and clean up, as when a disk is full.
 * Without one, the run is dead, and nothing that it does reaches the disk any more.
 */
export function failAt(at: number, fault: Fault, code?: string): FaultyFiles {
  const operations: string[] = [];
  let isDead = false;
  const guard = <K extends keyof Files>(name: K): Files[K] => {
    const real = nodeFiles[name] as (...args: unknown[]) => unknown;
    const guarded = (...args: unknown[]): unknown => {
      if (name === 'close') return real(...args);
      if (isDead) throw new Error('dead');
      const isFatal = operations.push(name) - 1 === at;
      if (!isFatal) return real(...args);
      isDead = code === undefined;
      if (fault === 'torn' && name === 'write') {
        const [fd, bytes, position] = args as Parameters<Files['write']>;
        nodeFiles.write(fd, bytes.subarray(0, bytes.length >> 1), position);
      } else if (fault === 'after') {
        real(...args);
      }
      throw Object.assign(
        new Error(`${code ?? 'killed'}: at operation ${at}, ${name}`),
        code && { code, syscall: name },
      );
    };
    return guarded as Files[K];
  };
  const names = Object.keys(nodeFiles) as (keyof Files)[];
  const files = Object.fromEntries(names.map((name) => [name, guard(name)])) as unknown as Files;
  return { files, operations };
}

/** Writes the whole index of a store into a base; returns its path, and where each part begins in it. */
export function makeBase(dir: string): { path: string; partAt: (part: string) => number } {
  const store = openStore(nodeFiles, dir);
  const state = readState(nodeFiles, store.statePath, store.id);
  const index = new StoredIndex(nodeFiles, dir, state);
  const generation = state.index.generation + 1;
  const base = index.writeBase(generation, state);
  index.close();
  writeState(nodeFiles, store.statePath, { ...state, index: { generation, base, length: 0 } });
  removeIndex(nodeFiles, dir, state.index.generation);
  const path = basePath(dir, generation);
  const bytes = readFileSync(path);
  const trailerAt = base - 16;
  const footer = JSON.parse(bytes.toString('utf8', trailerAt - bytes.readUInt32LE(trailerAt), trailerAt));
  return { path, partAt: (part) => (part === 'record' ? 20 : footer[part].at) };
}

/** Flips a bit in the byte at `at`. */
export function changeBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}
