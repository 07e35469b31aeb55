import { line } from '../../cli/run.ts';

const START = Date.parse('2026-02-02T10:00:00Z');
const user = (content: string): object => ({ role: 'user', content });
const assistant = (content: string): object => ({ role: 'assistant', content });

const SYSTEM = { role: 'system', content: 'Be brief, be kind, and answer in the language of the question.' };
const CALL = [{ id: 'c1', type: 'function', function: { name: 'bash', arguments: '{"command":"make"}' } }];

const ONE = [SYSTEM, user('How tall is the tower?')];
const TWO = [...ONE, assistant('330 metres.'), user('And the bridge?')];
/** Message 2 changed: a client put the time into the first question. */
const THREE = [
  SYSTEM,
  user('[10:02] How tall is the tower?'),
  assistant('330 metres.'),
  user('And the bridge?'),
  assistant('Run it.'),
  user('Build it'),
];
const FOUR = [
  ...THREE,
  { role: 'assistant', content: 'Building.', tool_calls: CALL },
  { role: 'tool', tool_call_id: 'c1', content: 'exit code 2\nno rule' },
];
const FIVE = [...FOUR, assistant('It failed.'), user('Why?')];

interface Planted {
  messages: object[];
  answer: string;
  /** input, of it cached, output, of it reasoning */
  tokens: [number, number, number, number];
  rest?: object;
  minute: number;
}

const ROUNDS: Planted[] = [
  { messages: ONE, answer: '330 metres.', tokens: [1000, 0, 10, 0], minute: 0 },
  { messages: TWO, answer: 'Run it.', tokens: [3000, 1000, 20, 5], minute: 1 },
  { messages: THREE, answer: 'Building.', tokens: [4000, 200, 30, 0], rest: { tool_calls: CALL }, minute: 2 },
  { messages: FOUR, answer: 'It failed.', tokens: [5000, 4000, 10, 0], minute: 3 },
  { messages: FIVE, answer: 'No rule.', tokens: [6000, 0, 10, 0], minute: 63 },
];

/**
 * A session of test-a in which round 3 missed the cache because message 2 changed, and round 5 because an hour had passed.
 * Round 3 called a tool, and round 4 brought its result: it failed.
 */
export const PLANTED = ROUNDS.map(
  ({ messages, answer, tokens: [input, cached, output, reasoning], rest, minute }) =>
    line(new Date(START + minute * 60_000).toISOString(), {
      session_id: 'planted',
      model: 'test-a',
      messages,
      question: 'q',
      answer,
      input_token: input,
      output_token: output,
      input_token_details: JSON.stringify({ cached_tokens: cached }),
      output_token_details: JSON.stringify({ reasoning_tokens: reasoning }),
      llm_service_duration: 1500,
      ...rest,
    }),
);
