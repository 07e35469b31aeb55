import type { SessionEntry } from '../../model/session-entry.ts';
import { cleanLine } from '../../platform/clean-text.ts';
import { sessionFailures } from '../../query/session-failures.ts';
import { clipText } from '../model-view.ts';
import type { Pieces } from '../state/pieces.ts';
import { shardOf, SHARDS } from '../state/session-shards.ts';

/** What pages say of a session's failures, the latest first. */
export interface KnownFailures {
  requests: { round: number; time: number; status: number; model: string; sentTo: string }[];
  /** How many failed requests that name no model were sent to each provider; empty: the log does not say. */
  sentTo: [provider: string, rounds: number][];
  calls: [tool: string, calls: { round: number; time: number; reason: string; text: string }[]][];
}

/** Of a session, the latest failed requests, and the latest failed calls of each tool. */
const MOST_REQUESTS = 3;
export const MOST_CALLS = 10;

const LONGEST_TEXT = 100;
const LONGEST_MODEL = 80;

/** `lines`: its stored rounds. */
export function readFailures(lines: Iterable<string>, entry: SessionEntry): KnownFailures {
  const most = { requests: MOST_REQUESTS, calls: MOST_CALLS };
  const { requests, calls, sentTo } = sessionFailures(lines, entry, most);
  return {
    sentTo: Array.from(sentTo, ([provider, rounds]) => [
      clipText(cleanLine(provider), LONGEST_MODEL),
      rounds,
    ]),
    requests: requests.map(({ round, time, status, model, sentTo: provider }) => ({
      round,
      time,
      status,
      model: clipText(cleanLine(model), LONGEST_MODEL),
      sentTo: clipText(cleanLine(provider), LONGEST_MODEL),
    })),
    calls: Array.from(calls, ([tool, failures]) => [
      tool,
      failures.map(({ round, time, reason, text }) => ({
        round,
        time,
        reason,
        text: clipText(cleanLine(text), LONGEST_TEXT),
      })),
    ]),
  };
}

/** Separates the fields of a line. JSON has none. */
const TAB = '\t';

/**
 * The failures of sessions that the site has pages of, in files like those of their pages: by the first byte of the digest
 * of the id. So a pass over all sessions reads only the session files that have changed. A session has a line: its key,
 * its mark, and the failures as JSON.
 */
export class FailureMemory {
  readonly #pieces: Pieces;
  readonly #isPass: boolean;
  readonly #isTrusted: boolean;
  #name = '';
  /** The text of the current file, its lines by key, and the lines that it is to have. */
  #text = '';
  #known = new Map<string, string>();
  #lines = new Map<string, string>();
  readonly #seen = new Set<string>();

  /** `pass`: sessions come in the order of their keys, and others are forgotten; `anew`: and nothing is believed. */
  constructor(pieces: Pieces, how: 'changes' | 'pass' | 'anew') {
    this.#pieces = pieces;
    this.#isPass = how !== 'changes';
    this.#isTrusted = how !== 'anew';
  }

  /** The failures of a session as they were last known. */
  before(key: string): KnownFailures | undefined {
    this.#open(shardOf(key));
    const [, mark = ''] = this.#known.get(key)?.split(TAB) ?? [];
    return parsed(this.#known.get(key), mark);
  }

  /** The failures of a session with this mark, or else those that `read` finds. */
  failuresOf(key: string, mark: string, read: () => KnownFailures): KnownFailures {
    this.#open(shardOf(key));
    const line = this.#known.get(key);
    const known = this.#isTrusted ? parsed(line, mark) : undefined;
    const failures = known ?? read();
    this.#lines.set(
      key,
      known && line !== undefined ? line : [key, mark, JSON.stringify(failures)].join(TAB),
    );
    return failures;
  }

  /** Writes what is left to be written. */
  finish(): void {
    this.#close();
    if (!this.#isPass) return;
    for (const name of SHARDS) if (!this.#seen.has(name)) this.#pieces.remove(pathOf(name));
  }

  #open(name: string): void {
    if (name === this.#name) return;
    this.#close();
    this.#name = name;
    this.#seen.add(name);
    this.#text = this.#pieces.read(pathOf(name)) ?? '';
    const lines = this.#text.split('\n').filter((line) => line !== '');
    this.#known = new Map(lines.map((line) => [line.slice(0, line.indexOf(TAB)), line]));
    this.#lines = this.#isPass ? new Map() : new Map(this.#known);
  }

  #close(): void {
    if (this.#name === '') return;
    const text = Array.from(this.#lines.values(), (line) => `${line}\n`).join('');
    if (text !== this.#text) this.#pieces.write(pathOf(this.#name), text);
    this.#name = '';
  }
}

function parsed(line: string | undefined, mark: string): KnownFailures | undefined {
  const [, known, json] = line?.split(TAB) ?? [];
  if (known !== mark || json === undefined) return undefined;
  try {
    return JSON.parse(json) as KnownFailures;
  } catch {
    return undefined;
  }
}

function pathOf(name: string): string {
  return `failures/${name}`;
}
