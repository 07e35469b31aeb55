import { fc } from '../../fast-check.ts';

/** Pieces of texts in which a search goes wrong easily. */
const PIECES = [
  'kubectl',
  'Kubectl',
  'KUBE',
  'ctl',
  'get',
  'PODS',
  'straße',
  'STRAẞE',
  'ſtop',
  'stop',
  '\u212aelvin',
  'kelvin',
  'é',
  'e\u0301',
  'É',
  'ẹ\u0301',
  'e\u0301\u0323',
  'ậ',
  'a\u0302\u0323',
  'â\u0323',
  'Ünï',
  'u\u0308nï',
  '\u1fd3',
  'ι\u0344',
  'ΐ',
  'Σίσυφος',
  'ΣΊΣΥΦΟΣ',
  'µ',
  'μ',
  'Å',
  '\u212b',
  'Привет',
  'ПРИВЕТ',
  'й',
  'и\u0306',
  'ё',
  '한국',
  '\u1112\u1161\u11ab국',
  '\u1112\u1161',
  '하',
  '日本語',
  '你好世界',
  '\uf900',
  '豈',
  'が',
  'か\u3099',
  '\u0958',
  'क\u093c',
  'नमस्ते',
  '\ufb2a',
  'שׁ',
  'مرحبا',
  '😀',
  '👩‍💻',
  '𐐀',
  '𐐨',
  '𝒳',
  'ﬁ',
  'fi',
  '"',
  '\\',
  '\\"',
  '\\n',
  '\\u00fc',
  '\n',
  '\t',
  '\u0001',
  '/',
  '//',
  '<b>',
  '&',
  '{',
  '}',
  '[x]',
  ':',
  ',',
  '.',
  '-',
  '_',
  '0',
  '5000',
  ' ',
  '  ',
  '\u00a0',
  '\u2028',
  'x',
  'k',
  's',
];

const text = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 12 })
  .map((pieces) => `x${pieces.join('')}`);
const name = fc.constantFrom('bash', 'read_file', 'Bash2', 'поиск');
/** Not only an empty object: that one looks like the plugin's mark of streamed arguments. */
const given = fc.dictionary(
  text,
  fc.oneof(
    text,
    fc.integer(),
    text.map((inner) => JSON.stringify({ inner })),
  ),
  {
    minKeys: 1,
    maxKeys: 3,
    noNullPrototype: true,
  },
);

/** How the JSON of ai_log is written. */
type Writing = (json: string) => string;

const WRITINGS: readonly Writing[] = [
  (json) => json,
  (json) => json.replaceAll(/[\u0080-\uffff]/g, escapeLower),
  (json) =>
    json.replaceAll(/[\u0080-\uffff]/g, (unit) => escapeLower(unit).toUpperCase().replace('\\U', '\\u')),
  // Mixed: in strings, some of everything that may be escaped, also ASCII.
  (json) => {
    let i = 0;
    const mixed = (literal: string): string =>
      literal.replaceAll(/\\.|[\u0080-\u{10ffff}]|[a-zA-Z<>&/]/gsu, (unit) => {
        i = (i * 7 + 3) % 11;
        if (unit.startsWith('\\') || i < 6) return unit;
        return unit === '/' ? '\\/' : unit.replaceAll(/[^]/g, escapeLower);
      });
    return json.replaceAll(/"(?:[^"\\]|\\.)*"/gs, mixed);
  },
];

function escapeLower(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

interface Turn {
  question: string;
  calls: { name: string; given: Record<string, unknown>; result: string; isCompact: boolean }[];
  thought: string | null;
  answer: string;
}

const turn: fc.Arbitrary<Turn> = fc.record({
  question: text,
  calls: fc.array(
    fc.record({
      name,
      given,
      result: fc.oneof(
        text,
        given.map((value) => JSON.stringify(value)),
      ),
      isCompact: fc.boolean(),
    }),
    {
      maxLength: 2,
    },
  ),
  thought: fc.option(text),
  answer: text,
});

/** What a conversation is made of, and how it is written. */
const conversation = fc.record({
  turns: fc.array(turn, { minLength: 1, maxLength: 4 }),
  system: fc.option(text),
  isClaude: fc.boolean(),
  /** Claude's calls are logged only if the answer is streamed. */
  logsCalls: fc.boolean(),
  movesMark: fc.boolean(),
  writing: fc.constantFrom(...WRITINGS),
});

type Conversation = typeof conversation extends fc.Arbitrary<infer T> ? T : never;

/** The lines of a log of so many sessions, each of which sends its whole history with every request. */
export function randomLog(sessions: number, seed: number): string[] {
  const all = fc.sample(conversation, { numRuns: sessions, seed });
  return all.flatMap((one, i) => linesOf(one, `s${i}`, i));
}

function linesOf(spoken: Conversation, id: string, number: number): string[] {
  const lines: string[] = [];
  const messages: Record<string, unknown>[] = [];
  let calls = 0;
  const log = (rest: Record<string, unknown>): void => {
    const sent = spoken.movesMark && spoken.isClaude ? marked(messages) : messages;
    const aiLog = {
      session_id: id,
      model: 'test-a',
      input_token: 10,
      output_token: 1,
      messages: sent,
      ...rest,
    };
    const time = new Date(Date.UTC(2026, 1, 1, 0, 0, number * 20 + lines.length)).toISOString();
    lines.push(
      `${JSON.stringify({ ai_log: spoken.writing(JSON.stringify(aiLog)), response_code: '200', start_time: time })}\n`,
    );
  };
  const system = spoken.system === null ? {} : { system: spoken.system };
  for (const { question, calls: made, thought, answer } of spoken.turns) {
    messages.push({ role: 'user', content: question });
    const reasoning = thought === null ? {} : { reasoning: thought };
    if (made.length > 0) {
      const withIds = made.map((call) => ({ ...call, id: `call_${++calls}` }));
      const asOpenAi = withIds.map((call) => ({
        id: call.id,
        type: 'function',
        function: { name: call.name, arguments: JSON.stringify(call.given, null, call.isCompact ? 0 : 1) },
      }));
      log({ ...system, question, ...reasoning, ...(spoken.logsCalls && { tool_calls: asOpenAi }) });
      if (spoken.isClaude) {
        messages.push(
          {
            role: 'assistant',
            content: withIds.map((call) => ({
              type: 'tool_use',
              id: call.id,
              name: call.name,
              input: call.given,
            })),
          },
          {
            role: 'user',
            content: withIds.map((call) => ({
              type: 'tool_result',
              tool_use_id: call.id,
              content: call.result,
            })),
          },
        );
      } else {
        messages.push(
          { role: 'assistant', content: null, tool_calls: asOpenAi },
          ...withIds.map((call) => ({ role: 'tool', tool_call_id: call.id, content: call.result })),
        );
      }
    }
    log({ ...system, question, ...reasoning, answer });
    messages.push({
      role: 'assistant',
      content: spoken.isClaude ? [{ type: 'text', text: answer }] : answer,
    });
  }
  return lines;
}

/** The last message with a mark for the provider's cache, which is in another one with each request. */
function marked(messages: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return messages.map((message, i) => {
    if (i < messages.length - 1) return message;
    const { content } = message;
    const parts =
      typeof content === 'string'
        ? [{ type: 'text', text: content }]
        : (content as Record<string, unknown>[]);
    return { ...message, content: parts.map((part) => ({ ...part, cache_control: { type: 'ephemeral' } })) };
  });
}
