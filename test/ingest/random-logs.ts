import { fc } from '../fast-check.ts';
import { requests, type Request } from '../ai-log/conversations.ts';
import { envoyLine, escaped } from '../ai-log/lines.ts';

/** Small attributes, some of them strange. Keys are not in Go's order. */
const attributes = fc.record(
  {
    answer: fc.constantFrom(
      '"ok"',
      '"天气 😀 \\"quoted\\" back\\\\slash"',
      '"\\u003cb\\u003e"',
      'null',
      '[1.0]',
    ),
    consumer: fc.constantFrom('"c"', '"顾客"', '"\\u4f60 é"'),
    ключ: fc.constant('1'),
    input_token: fc.constantFrom('10', '"7"', '1e3', '-1'),
    input_token_details: fc.constantFrom(
      '"{\\"cached_tokens\\":4}"',
      '{"cached_tokens":3}',
      '{}',
      '"é"',
      '{"cache_write_tokens":5}',
      '{"cache_write_tokens":9,"cached_tokens":1}',
    ),
    llm_service_duration: fc.constant('12'),
    model: fc.constantFrom('"gpt-4o"', '"模型"', '"claude-x"', 'null'),
    reasoning: fc.constantFrom('"because"', 'null'),
    tool_calls: fc.constantFrom('[]', '[{"function":{"arguments":"{}{\\"a\\":1}","name":"f"}}]', 'null'),
    nested: fc.constantFrom('{"messages":[{"a":1}],"session_id":"other"}', '[]'),
  },
  { requiredKeys: ['answer', 'model'] },
);

const session = fc.constantFrom('"a"', '"a"', '"b"', '"用户"', '"q\\"uote"', '""', 'null', '7');

/** How the ai_log is escaped, and what is around it. */
type Form = (aiLog: string) => string;

const envoy: Form = (aiLog) => envoyLine(escaped(aiLog));
const forms = fc.constantFrom<Form>(
  ...Array.from({ length: 12 }, () => envoy),
  // A client's text: a quote, more fields, a second ai_log.
  (aiLog) => envoyLine(escaped(aiLog), { user_agent: 'a "quoted" agent' }),
  (aiLog) => envoyLine(escaped(aiLog), { user_agent: 'x","start_time":"2026-03-01T00:00:00Z' }),
  (aiLog) => envoyLine(escaped(aiLog), { path: '/}","session_id":"x' }),
  (aiLog) => envoyLine(escaped(aiLog), { user_agent: 'x","ai_log":"{}","y":"' }),
  (aiLog) => envoyLine(escaped(aiLog), { user_agent: '顾客 \ud800' }),
  (aiLog) => envoyLine(escaped(aiLog), { answer: 'apart', question: '天气', consumer: 'apart' }),
  (aiLog) => envoyLine(escaped(aiLog), { messages: '[1]' }),
  // Other producers: everything escaped, spaces, an object.
  (aiLog) =>
    envoyLine(
      escaped(aiLog).replaceAll(/[^\0-\x7f]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`),
    ),
  (aiLog) => envoyLine(escaped(aiLog).replaceAll('/', '\\/').replaceAll('{\\"', '{\\u0022')),
  (aiLog) => envoyLine(escaped(aiLog.replaceAll(',"', ' ,\n "'))),
  (aiLog) => `{ "ai_log" : ${JSON.stringify(aiLog)}, "timestamp":"2026-02-02T00:00:00Z"}`,
  (aiLog) => `{"timestamp":"2026-02-02T00:00:00Z","ai_log":${aiLog}}`,
  (aiLog) => `\uFEFF${envoy(aiLog)}`,
  (aiLog) => `${envoy(aiLog)}\r`,
  (aiLog) => `"ai_log"${aiLog}`,
  () => '{"ai_log":"{',
);

function aiLogOf(request: Request, id: string, more: Record<string, string>, isSorted: boolean): string {
  const list = Array.isArray(request.messages) ? `[${request.messages.join(',')}]` : String(request.messages);
  const all = {
    messages: list,
    question: String(request.question),
    session_id: id,
    system: String(request.system),
    ...more,
  };
  const members = Object.entries(all);
  if (isSorted) members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, json]) => `"${key}":${json}`).join(',')}}`;
}

const bytesOfLogs: fc.Arbitrary<Buffer[]> = fc
  .tuple(
    fc.array(requests, { minLength: 1, maxLength: 3 }),
    fc.array(fc.tuple(session, attributes, forms, fc.boolean(), fc.nat(9)), { minLength: 1, maxLength: 40 }),
  )
  .map(([conversations, lines]) => {
    const ids = ['"a"', '"b"', '"用户"'];
    return lines.map(([id, more, form, isSorted, usual], i) => {
      const which = i % conversations.length;
      const request = conversations[which]?.[Math.floor(i / conversations.length)];
      const empty = { messages: null, system: null, question: null };
      // Nine of ten lines continue a conversation; the others are unrelated.
      return Buffer.from(
        form(aiLogOf(request ?? empty, usual > 0 ? (ids[which] ?? id) : id, more, isSorted)),
      );
    });
  });

/** Lines of interleaved conversations, in every form; latin1, a character for each byte. */
export const logs = bytesOfLogs.map((lines) => lines.map((bytes) => bytes.toString('latin1')));

const PIECES = [
  '"', '\\', '\\\\', '\\"', '\\\\\\"', ',', ']', '[', '{', '}', '0', '1', ':', ' ', '\t', '\0', '\n', '\x7f', '}"', '",', '\\u0022',
  '\\\\u0041', '\\n', '\\\\n', '\\u00e9', 'é', '天', '\uFEFF', '\\\\ud83d', 'null', '0,', ',0', ',,', '\\"messages\\":[', '\\"session_id\\":\\"b\\"',
  '"ai_log":"{}"', '"ai_log":', '\\"a\\":1,', '{\\"a\\":1}', '{\\"a\\":1},', '\\"b\\",', '}","ai_log":"{', '\r',
].map((piece) => Buffer.from(piece)).concat([[0xff], [0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xc3], [0xa0]].map((bytes) => Buffer.from(bytes))); // prettier-ignore

const change = fc.record({
  line: fc.nat(),
  at: fc.nat(),
  piece: fc.constantFrom(...PIECES),
  // The last one cuts off the rest.
  removes: fc.constantFrom(0, 0, 1, 1, 2, 5, 40, 1 << 20),
});

/** The same with some bytes changed: in a piece, or next to a byte of the syntax. */
export const mutatedLogs: fc.Arbitrary<string[]> = fc
  .tuple(bytesOfLogs, fc.array(change, { minLength: 1, maxLength: 8 }), fc.boolean())
  .map(([lines, changes, atMeaning]) => {
    const changed = [...lines];
    for (const { line, at, piece, removes } of changes) {
      const bytes = changed[line % changed.length] ?? Buffer.alloc(0);
      const places = atMeaning ? meaningfulPlaces(bytes) : [];
      const place = places.length > 0 ? (places[at % places.length] ?? 0) : at % (bytes.length + 1);
      changed[line % changed.length] = Buffer.concat([
        bytes.subarray(0, place),
        piece,
        bytes.subarray(place + removes),
      ]);
    }
    return changed.map((bytes) => bytes.toString('latin1'));
  });

function meaningfulPlaces(bytes: Buffer): number[] {
  const places: number[] = [];
  for (const [i, byte] of bytes.entries())
    if ('"\\,[]{}:'.includes(String.fromCharCode(byte))) places.push(i, i + 1);
  return places;
}
