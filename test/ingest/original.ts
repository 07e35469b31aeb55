import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A round as the Python original writes it: with every key, and its defaults for what the log lacks. */
export function originalRound(round: number, rest: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    round,
    timestamp: `2026-02-01T10:30:${String(round).padStart(2, '0')}.123456`,
    input_tokens: 100 + round,
    output_tokens: 10,
    reasoning_tokens: 0,
    cached_tokens: 0,
    model: 'gpt-4o',
    has_tool_calls: false,
    response_type: 'normal',
    messages: Array.from({ length: 2 * round - 1 }, (_, i) => ({
      role: i % 2 === 0 ? 'user' : 'assistant',
      content: `message ${i}`,
    })),
    question: `message ${2 * round - 2}`,
    answer: `message ${2 * round - 1}`,
    reasoning: '',
    tool_calls: [],
    input_token_details: {},
    output_token_details: {},
    ...rest,
  };
}

/** A session file as the original writes it, `json.dump(session, f, ensure_ascii=False, indent=2)`. */
export function originalFile(id: string | null, rounds: readonly Record<string, unknown>[]): string {
  const sum = (key: string): number => rounds.reduce((total, round) => total + Number(round[key]), 0);
  const session = {
    session_id: id,
    created_at: '2026-02-01T10:30:00.000001',
    updated_at: '2026-02-01T10:35:12.000001',
    messages_count: rounds.length,
    total_input_tokens: sum('input_tokens'),
    total_output_tokens: sum('output_tokens'),
    total_reasoning_tokens: sum('reasoning_tokens'),
    total_cached_tokens: sum('cached_tokens'),
    rounds,
    model: rounds.at(-1)?.['model'] ?? 'unknown',
  };
  return JSON.stringify(session, null, 2);
}

export const roundsOf = (count: number): Record<string, unknown>[] =>
  Array.from({ length: count }, (_, i) => originalRound(i + 1));

/** The original's folder, with its state, which is not imported. */
export function writeOriginals(folder: string, files: Readonly<Record<string, string>>): string {
  const from = join(folder, 'old');
  mkdirSync(from, { recursive: true });
  writeFileSync(join(from, '.state.json'), '{"12345": 678}');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(from, name), text);
  return from;
}

/**
 * The files that the Python original's main.py writes for log lines: one for each session, by name. `now` is its clock,
 * without a zone, which advances by a second for each round.
 */
export function pythonFiles(lines: readonly string[], now = '2026-02-01T12:00:00'): Record<string, string> {
  const sessions = new Map<string, Record<string, unknown>[]>();
  for (const [i, line] of lines.entries()) {
    const log = JSON.parse(line) as Record<string, unknown>;
    if (typeof log['ai_log'] !== 'string' || log['ai_log'] === '-') continue;
    const ai = JSON.parse(log['ai_log']) as Record<string, unknown>;
    const get = (key: string, otherwise: unknown): unknown => ai[key] ?? otherwise;
    const id = String(get('session_id', 'default'));
    const rounds = sessions.get(id) ?? [];
    sessions.set(id, rounds);
    rounds.push({
      round: rounds.length + 1,
      timestamp: new Date(Date.parse(`${now}Z`) + i * 1000).toISOString().replace('Z', '456'),
      input_tokens: get('input_token', 0),
      output_tokens: get('output_token', 0),
      reasoning_tokens: get('reasoning_tokens', 0),
      cached_tokens: get('cached_tokens', 0),
      model: get('model', 'unknown'),
      has_tool_calls: Boolean(get('tool_calls', false)),
      response_type: get('response_type', 'normal'),
      messages: get('messages', []),
      question: get('question', ''),
      answer: get('answer', ''),
      reasoning: get('reasoning', ''),
      tool_calls: get('tool_calls', []),
      input_token_details: get('input_token_details', {}),
      output_token_details: get('output_token_details', {}),
    });
  }
  return Object.fromEntries(
    Array.from(sessions, ([id, rounds]) => [`${encodeURIComponent(id)}.json`, originalFile(id, rounds)]),
  );
}
