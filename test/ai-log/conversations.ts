import { fc } from '../fast-check.ts';
import { readLogLine, type LoggedRound } from '../../src/ai-log/round.ts';
import type { ExpandedRound } from '../../src/session-format/stored-round.ts';
import { envoyLine, escaped } from './lines.ts';

/** A request, each text as JSON; `messages` is a text if it is not an array. */
export interface Request {
  messages: string[] | string | null;
  system: string | null;
  question: string | null;
}

/** Only a few, so that they repeat. JSON.parse followed by JSON.stringify would change each of them. */
const TEXTS = [
  '{"role":"system","content":"be nice"}',
  '{"role":"user","content":"1"}',
  '{"role":"user","content":"write to ann@example.org"}',
  '{"role":"user","content":[{"type":"text","text":"\\u003cb\\u003e"}]}',
  '{"content":1.0,"b":9007199254740993,"a":2}',
  '{"a":1,"a":2,"__proto__":{}}',
  '{ "role" : "tool", "content" : "\\ud83d \\u0000" }',
  '"天气 😀"',
  '{"role":"user","content":[{"cache_control":{"ttl":"1h","type":"ephemeral"},"text":"天"}]}',
  '{"content":[{"content":[{"cache_control":{"type":"ephemeral"}}]}],"cache_control":"\\"1h\\""}',
  '{"role":"assistant", "tool_calls":[{"id":"c1","function":{"name":"run","arguments":"{}"}}]}',
  '{"role":"tool", "tool_call_id":"c1","content":"Exit c\\u006fde: 1 天"}',
  '{"role":"user", "content":[{"type":"tool_result","tool_use_id":"c2","is_error":true}]}',
  '-0.0e+1',
  'null',
  '[]',
];
const aText = fc.constantFrom(...TEXTS);
const someTexts = fc.array(aText, { maxLength: 4 });
const repeatedText = fc.constantFrom(null, '"be nice"', '[{"type":"text","text":"1.0"}]', '"\\u003c"', '""');

type Step = (threads: string[][]) => Request['messages'];
const thread = fc.nat(1);

function inThread(change: (messages: string[], added: string[]) => string[]): fc.Arbitrary<Step> {
  return fc.tuple(thread, someTexts).map(([which, added]) => (threads) => {
    threads[which] = change(threads[which] ?? [], added);
    return threads[which];
  });
}

const marked = (text: string): string =>
  `{"cache_control":${text.length % 2 === 0 ? '{"ttl":"1h"}' : '{}'},"of":${text}}`;
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: inThread((messages, added) => [...messages, ...added]), weight: 6 },
  // An edited system prompt.
  inThread((messages, [edited]) => (edited === undefined ? messages : [edited, ...messages.slice(1)])),
  // Compaction: the prompt, a summary, and the last few messages.
  inThread((messages, added) => [...messages.slice(0, 1), ...added, ...messages.slice(-2)]),
  // A sliding window.
  inThread((messages, added) => [...messages.slice(0, 1), ...messages.slice(2), ...added]),
  // A cache_control mark on the last message of the request; the history continues without it.
  inThread((messages, added) => [...messages, ...added]).map((send): Step => (threads) => {
    const sent = send(threads);
    const last = Array.isArray(sent) ? sent.at(-1) : undefined;
    return Array.isArray(sent) && last !== undefined ? [...sent.slice(0, -1), marked(last)] : sent;
  }),
  someTexts.map((texts) => () => texts),
  fc
    .constantFrom<Request['messages']>(null, [], '"[map[content:cut by [truncated] AAAA"', '{"a":1.0}')
    .map((messages) => () => messages),
);

/** Requests of two interleaved threads, with everything that can happen to a conversation. */
export const requests: fc.Arbitrary<Request[]> = fc
  .array(fc.tuple(step, repeatedText, repeatedText), { maxLength: 24 })
  .map((steps) => {
    const threads: string[][] = [[], []];
    return steps.map(([send, system, question]) => ({ messages: send(threads), system, question }));
  });

/** The request, written as a line of the log and read again. */
export function readRequest({ messages, system, question }: Request): LoggedRound {
  const list = Array.isArray(messages) ? `[${messages.join(',')}]` : messages;
  const aiLog = `{"messages":${list},"model":"m","question":${question},"session_id":"s","system":${system}}`;
  const line = readLogLine(envoyLine(escaped(aiLog)));
  if (line.kind !== 'round') throw new Error(`not read: ${aiLog}`);
  return line.round;
}

export function toRequest({ messages, messagesText, system, question }: ExpandedRound): Request {
  return { messages: messages ? [...messages] : messagesText, system, question };
}
