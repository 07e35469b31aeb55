/*
 * A naive search of a log: every line is parsed, every text of a session is kept, and each is compared character by
 * character. It shares no code with the program.
 */

type Json = Record<string, unknown>;

export interface OracleHit {
  session_id: string;
  round: number;
  role: string;
  part: string;
  tool: string | null;
}

interface Unit {
  role: string;
  part: string;
  tool: string | null;
  texts: string[];
  keys: string[];
  isAnswer: boolean;
}

/** Hits in the lines of a log, session by session, round by round. */
export function searchLog(lines: readonly string[], needle: string): OracleHit[] {
  const wanted = folded(needle);
  const sessions = new Map<string, { rounds: number; seen: Set<string>; tools: Map<string, string> }>();
  const hits: OracleHit[] = [];
  for (const line of lines) {
    const aiLog = JSON.parse((JSON.parse(line) as { ai_log: string }).ai_log) as Json;
    const id = String(aiLog['session_id']);
    const session = sessions.get(id) ?? { rounds: 0, seen: new Set(), tools: new Map() };
    sessions.set(id, session);
    const round = ++session.rounds;
    for (const unit of unitsOf(aiLog, session.tools)) {
      if (!unit.texts.some((text) => folded(text).includes(wanted))) continue;
      // What did not match is no reason: the same call may come again in other white space, and match then.
      const isKnown = !unit.isAnswer && unit.keys.some((key) => session.seen.has(key));
      session.seen.add(unit.keys[0] ?? '');
      if (isKnown) continue;
      hits.push({ session_id: id, round, role: unit.role, part: unit.part, tool: unit.tool });
    }
  }
  return hits;
}

/** Simple case folding of a text in NFC. */
export function folded(text: string): string {
  return [...text.normalize('NFC')].map(foldOne).join('');
}

function foldOne(character: string): string {
  const upper = single(character.toUpperCase(), character);
  return single(upper.toLowerCase(), upper);
}

function single(changed: string, otherwise: string): string {
  return [...changed].length === 1 ? changed : otherwise;
}

function* unitsOf(aiLog: Json, tools: Map<string, string>): Generator<Unit> {
  for (const message of (aiLog['messages'] ?? []) as Json[]) {
    const role = String(message['role']);
    const content = message['content'];
    if (role === 'tool') {
      yield result(message['tool_call_id'], String(content), tools);
      continue;
    }
    const parts = Array.isArray(content) ? (content as Json[]) : [{ type: 'text', text: content }];
    const text = parts
      .flatMap((part) => (part['type'] === 'text' && part['text'] ? [part['text']] : []))
      .join('\n');
    if (text !== '') yield said(role, text, false);
    const thought = parts
      .flatMap((part) => (part['type'] === 'thinking' ? [part['thinking']] : []))
      .join('\n');
    if (thought !== '')
      yield { ...said(role, thought, false), part: 'reasoning', keys: [`thought ${thought.trim()}`] };
    for (const part of parts)
      if (part['type'] === 'tool_use')
        yield call(part['id'], part['name'], JSON.stringify(part['input']), false, tools);
    for (const one of (message['tool_calls'] ?? []) as Json[]) {
      const inner = one['function'] as Json;
      yield call(one['id'], inner['name'], String(inner['arguments']), false, tools);
    }
    for (const part of parts)
      if (part['type'] === 'tool_result') yield result(part['tool_use_id'], String(part['content']), tools);
  }
  if (aiLog['system']) yield said('system', String(aiLog['system']), false);
  if (aiLog['question']) yield said('user', String(aiLog['question']), false);
  if (aiLog['answer']) yield said('assistant', String(aiLog['answer']), true);
  if (aiLog['reasoning']) {
    const thought = String(aiLog['reasoning']);
    yield { ...said('assistant', thought, true), part: 'reasoning', keys: [`thought ${thought.trim()}`] };
  }
  for (const one of (aiLog['tool_calls'] ?? []) as Json[]) {
    const inner = one['function'] as Json;
    yield call(one['id'], inner['name'], String(inner['arguments']), true, tools);
  }
}

function said(role: string, text: string, isAnswer: boolean): Unit {
  return {
    role,
    part: 'text',
    tool: null,
    texts: [text, ...inside(text)],
    keys: [`${role} ${text.trim()}`],
    isAnswer,
  };
}

function call(
  id: unknown,
  name: unknown,
  given: string,
  isAnswer: boolean,
  tools: Map<string, string>,
): Unit {
  const tool = String(name);
  tools.set(String(id), tool);
  const content = `${tool} ${JSON.stringify(JSON.parse(given))}`;
  const keys = isAnswer ? [`answered ${content}`] : [`call ${String(id)} ${content}`, `answered ${content}`];
  return { role: 'assistant', part: 'call', tool, texts: [tool, given, ...inside(given)], keys, isAnswer };
}

function result(id: unknown, text: string, tools: Map<string, string>): Unit {
  const tool = tools.get(String(id)) ?? null;
  return {
    role: 'tool',
    part: 'result',
    tool,
    texts: [text, ...inside(text)],
    keys: [`result ${String(id)} ${text}`],
    isAnswer: false,
  };
}

/** The strings, keys and other values in a text that is JSON. */
function inside(text: string): string[] {
  if (!/^\s*[{[]/.test(text)) return [];
  try {
    return leaves(JSON.parse(text));
  } catch {
    return [];
  }
}

function leaves(value: unknown): string[] {
  if (typeof value === 'string') return [value, ...inside(value)];
  if (typeof value !== 'object' || value === null) return value === null ? [] : [String(value)];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(Array.isArray(value) ? [] : [key]),
    ...leaves(inner),
  ]);
}
