import { FieldKeeper } from '../../../src/session-format/kept-fields.ts';
import { KEEP_ALL } from '../../../src/session-format/kept-names.ts';
import { CountingRules } from '../../../src/session-format/round-cells.ts';
import { FULL_COVERAGE } from '../../../src/model/index-coverage.ts';
import { expandRounds } from '../../../src/session-format/expand-rounds.ts';
import { readLogLine } from '../../../src/ai-log/round.ts';
import type { ExpandedRound } from '../../../src/session-format/stored-round.ts';
import { SessionDraft } from '../../../src/ingest/session-draft.ts';

/** The line of one request; `at` is in seconds after the beginning of the session. */
export interface Said {
  at?: number;
  /** Response code. */
  code?: number;
  [attribute: string]: unknown;
}

const START = Date.parse('2026-02-01T01:30:00Z');

/** The lines of a session as the gateway logs them, a minute apart unless `at` says otherwise. */
export function sessionLines(id: string | null, said: readonly Said[], start = START): string[] {
  return said.map(({ at, code = 200, ...attributes }, i) => {
    const aiLog = { ...(id !== null && { session_id: id }), ...attributes };
    const time = new Date(start + (at ?? i * 60) * 1000).toISOString();
    return `${JSON.stringify({ ai_log: JSON.stringify(aiLog), response_code: String(code), start_time: time })}\n`;
  });
}

/** The same lines, rebuilt from what was stored. */
export function roundsOf(said: readonly Said[]): ExpandedRound[] {
  return [...expandRounds(storedLines(said))];
}

const KEEPER = new FieldKeeper(KEEP_ALL, [], true);

/** The same lines, read and stored by the real code, as in a session file. */
export function storedLines(said: readonly Said[], start = START): string[] {
  const draft = SessionDraft.create({ id: 's', file: 's.json' }, true, new CountingRules(FULL_COVERAGE));
  for (const [i, line] of sessionLines('s', said, start).entries()) {
    const read = readLogLine(line);
    if (read.kind !== 'round') throw new Error(`not a round: ${JSON.stringify(read)}`);
    const price = read.round.usageState === 'counted' ? 'free' : 'no-usage';
    const facts = {
      time: read.round.time ?? start,
      at: [1, i] as [number, number],
      price,
      flags: read.round.flags,
      kept: KEEPER.fieldsOf(read.round),
    } as const;
    if (
      draft.add(read.round, { ...facts, at: [1, i] }, { cost: 0n, saved: 0n, currency: 'USD', inexact: [] }) <
      0
    )
      throw new Error('invalid');
  }
  return draft.take().rounds.map((line) => Buffer.from(line).toString());
}

export interface Call {
  id: string;
  name: string;
  args: object;
}

const chatCall = ({ id, name, args }: Call): object => ({
  id,
  type: 'function',
  function: { name, arguments: JSON.stringify(args) },
});

/** A conversation in OpenAI's format, request by request. Each request repeats everything before it. */
export class Talk {
  messages: object[] = [];
  readonly #rest: Said;

  constructor(system?: string, rest: Said = {}) {
    if (system !== undefined) this.messages.push({ role: 'system', content: system });
    this.#rest = rest;
  }

  ask(text: string): this {
    this.messages.push({ role: 'user', content: text });
    return this;
  }

  result(id: string, text: string): this {
    this.messages.push({ role: 'tool', tool_call_id: id, content: text });
    return this;
  }

  /** Makes the next round, and adds its answer to the conversation. */
  answer(text: string | null, calls: readonly Call[] = [], rest: Said = {}): Said {
    const said = {
      model: 'gpt-5',
      input_token: 100 * this.messages.length,
      output_token: 10,
      total_token: 100 * this.messages.length + 10,
      messages: [...this.messages],
      answer: text,
      ...(calls.length > 0 && { tool_calls: calls.map(chatCall) }),
      ...this.#rest,
      ...rest,
    };
    this.messages.push({
      role: 'assistant',
      content: text,
      ...(calls.length > 0 && { tool_calls: calls.map(chatCall) }),
    });
    return said;
  }
}
