// Writes an access log like that of a busy gateway: agents that repeat their whole history in every request, among many
// requests that are not AI calls. The same arguments give the same bytes. Memory does not grow with the log.
//   node bench/make-log.mjs OUT [--megabytes 300] [--live 500] [--rounds 20] [--text 750] [--other 1] [--seed 1]
//     [--only-other]
// --live: concurrent sessions; --rounds: their mean length; --text: mean characters of a message;
// --other: requests that are not AI calls, for each AI call; --only-other: only such requests.
// Prints {bytes, lines, rounds, sessions}.
import { closeSync, openSync, writeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { accessLogLine, inventClient, inventNetwork } from '../scripts/fixtures/envoy-line.mjs';
import { goEscape, goJson } from '../scripts/fixtures/go-json.mjs';
import { makeRandom } from '../scripts/fixtures/prng.mjs';

const WORDS =
  'the of agent session gateway token cache model route weather Beijing deploy kubernetes ingress build failed function returns value error retry stack trace commit branch merge review patch 你好 天气 查询 北京 会话 模型 网关 naïve café déjà 🚀 ✅ <script>alert(1)</script> & "quoted" back\\slash tab\there'.split(
    ' ',
  );
const TOOLS = ['get_weather', 'read_file', 'bash', 'search_web', 'apply_patch'];
const CHAT = ['gpt-4o', 'gpt-5', 'deepseek-reasoner', 'qwen-max', 'qwen3-coder-plus', 'gemini-2.5-pro'];
const CLAUDE = 'claude-sonnet-4-5';
const CLAUDE_SHARE = 0.25;
/** The share of agents with a sub-agent, which takes turns with its agent under the same session id. */
const SUB_AGENT_SHARE = 0.1;
/** An agent whose history has become too long continues with a summary of it. */
const COMPACTION_CHANCE = 0.01;
const WRITE_BYTES = 1 << 20;

/** Writes the log; returns `{bytes, lines, rounds, sessions}`. */
function makeLog(path, { megabytes, live, rounds, text, other, seed }) {
  const r = makeRandom(seed);
  const fd = openSync(path, 'w');
  const done = { bytes: 0, lines: 0, rounds: 0, sessions: 0 };
  let pieces = [];
  let pending = 0;
  const write = (line) => {
    pieces.push(line);
    pending += line.length;
    done.lines++;
    if (pending > WRITE_BYTES) flush();
  };
  const flush = () => {
    done.bytes += writeSync(fd, pieces.join(''));
    pieces = [];
    pending = 0;
  };
  const begin = () => beginSession(r, done.sessions++, rounds, text);
  const sessions = Array.from({ length: live }, begin);
  let at = Date.UTC(2026, 9, 20);
  while (done.bytes + pending < megabytes * 1e6) {
    at += r.int(1, 400);
    const which = r.int(0, live - 1);
    write(nextRound(r, sessions[which], at, text));
    done.rounds++;
    if (--sessions[which].left === 0) sessions[which] = begin();
    for (let n = Math.floor(other) + (r.chance(other % 1) ? 1 : 0); n > 0; n--) write(otherLine(r, at));
  }
  flush();
  closeSync(fd);
  return done;
}

/** Writes a log without AI calls; returns the same as makeLog. */
function makeOtherLog(path, { megabytes, seed }) {
  const r = makeRandom(seed);
  const fd = openSync(path, 'w');
  const done = { bytes: 0, lines: 0, rounds: 0, sessions: 0 };
  let at = Date.UTC(2026, 9, 20);
  while (done.bytes < megabytes * 1e6) {
    const lines = Array.from({ length: 1000 }, () => otherLine(r, (at += r.int(1, 400))));
    done.bytes += writeSync(fd, lines.join(''));
    done.lines += lines.length;
  }
  closeSync(fd);
  return done;
}

/** One line of an AI call: round `number` of a session, with only one message in its request. */
export function oneRound(sessionId, number, at = Date.UTC(2026, 10, 20) + number * 1000) {
  const r = makeRandom(number);
  const question = `question ${number}`;
  const aiLog = {
    answer: `answer ${number}`,
    consumer: 'clawdbot',
    input_token: 100,
    messages: [{ content: question, role: 'user' }],
    model: 'gpt-4o',
    output_token: 10,
    question,
    session_id: sessionId,
    total_token: 110,
  };
  return accessLogLine(envoyRequest(r, at, '/v1/chat/completions', '200'), logged(aiLog));
}

function beginSession(r, number, rounds, text) {
  const isClaude = r.chance(CLAUDE_SHARE);
  const prompt = words(r, 4 * text);
  return {
    id: r.pick([`agent:main:discord:channel:${r.digits(18)}`, `sess_${r.hex(8)}`, `用户-${number}`]),
    model: isClaude ? CLAUDE : r.pick(CHAT),
    isClaude,
    system: isClaude ? [{ type: 'text', text: prompt, cache_control: { type: 'ephemeral' } }] : null,
    threads: Array.from({ length: r.chance(SUB_AGENT_SHARE) ? 2 : 1 }, () => ({
      // Escaped twice, as in the log. This is done only once for each message, since it is logged many times.
      messages: isClaude ? [] : [logged({ role: 'system', content: prompt })],
      pending: [],
    })),
    left: 1 + Math.floor(-Math.log(1 - r.int(0, 999_999) / 1e6) * rounds),
  };
}

/** The line of the thread's next request and answer. */
function nextRound(r, session, at, text) {
  const thread = r.pick(session.threads);
  const { messages } = thread;
  messages.push(...thread.pending);
  if (messages.length > 40 && r.chance(COMPACTION_CHANCE * session.threads.length)) {
    const kept = messages.slice(-4);
    messages.splice(1, messages.length, logged({ role: 'user', content: words(r, 2 * text) }), ...kept);
  }
  let last = thread.question;
  if (thread.pending.length <= 1) {
    thread.question = r.chance(0.85) ? words(r, text) : 'yes';
    last = { role: 'user', content: session.isClaude ? block(thread.question) : thread.question };
    if (session.isClaude) messages.push(logged({ ...last, content: [{ ...block(thread.question) }] }));
    else messages.push(logged(last));
  }
  const answer = words(r, text);
  const reasoning = r.chance(0.4) ? words(r, text) : null;
  const calls = r.chance(0.6) ? Array.from({ length: r.pick([1, 1, 2]) }, () => inventCall(r)) : [];
  thread.pending = answerMessages(r, session.isClaude, answer, calls, text);

  const prompt = messages.reduce((sum, message) => sum + (message.length >> 2), 1);
  const output = (answer.length >> 2) + 20 * calls.length + ((reasoning?.length ?? 0) >> 2);
  const cached = r.chance(0.7) ? Math.floor((prompt * r.int(0, 90)) / 100) : 0;
  const details = session.isClaude
    ? { cache_creation_input_tokens: 0, cache_read_input_tokens: cached }
    : { cached_tokens: cached };
  const input = session.isClaude ? prompt - cached : prompt;
  const isStream = r.chance(0.5);
  const before = {
    answer,
    api: `${session.model}@higress`,
    ...(!session.isClaude && cached > 0 && { cached_tokens: cached }),
    chat_id: `chatcmpl-${r.hex(8)}`,
    chat_round: messages.length >> 1,
    consumer: 'clawdbot',
    input_token: input,
    input_token_details: goJson(details),
    ...(isStream && { llm_first_token_duration: r.int(50, 5000) }),
    llm_service_duration: r.int(200, 60_000),
  };
  const after = {
    model: session.model,
    output_token: output,
    question: thread.question,
    ...(reasoning !== null && { reasoning }),
    response_type: isStream ? 'stream' : 'normal',
    session_id: session.id,
    system: session.system,
    ...(calls.length > 0 && { tool_calls: calls }),
    total_token: prompt + output,
  };
  const history = session.isClaude ? [...messages.slice(0, -1), marked(messages.at(-1))] : messages;
  const inner = `${logged(before).slice(0, -1)},\\"messages\\":[${history.join(',')}],${logged(after).slice(1)}`;
  return accessLogLine(envoyRequest(r, at, '/v1/chat/completions', '200'), inner);
}

const block = (text) => ({ type: 'text', text });

function inventCall(r) {
  const args = JSON.stringify({ location: words(r, 20), path: `/srv/${r.hex(6)}` });
  return { function: { arguments: args, name: r.pick(TOOLS) }, id: `call_${r.hex(8)}`, type: 'function' };
}

/** The messages that the next request adds: this answer, and the results of its tool calls. */
function answerMessages(r, isClaude, answer, calls, text) {
  const results = calls.map(({ id }) => ({ id, content: words(r, text) }));
  if (!isClaude) {
    const said = { role: 'assistant', content: answer, ...(calls.length > 0 && { tool_calls: calls }) };
    return [
      logged(said),
      ...results.map(({ id, content }) => logged({ role: 'tool', tool_call_id: id, content })),
    ];
  }
  const uses = calls.map(({ id, function: { name, arguments: json } }) => ({
    type: 'tool_use',
    id,
    name,
    input: JSON.parse(json),
  }));
  const blocks = results.map(({ id, content }) => ({ type: 'tool_result', tool_use_id: id, content }));
  return [
    logged({ role: 'assistant', content: [block(answer), ...uses] }),
    ...(blocks.length > 0 ? [logged({ role: 'user', content: blocks })] : []),
  ];
}

/** The JSON of a value, escaped for the JSON string that is ai_log. */
function logged(value) {
  return goEscape(goJson(value));
}

/** Clients of Claude put a cache mark on the last block of the last message. Go sorts keys, so the mark comes first. */
function marked(message) {
  const at = message.lastIndexOf('{\\"text\\"');
  const from = at < 0 ? message.lastIndexOf('{\\"content\\"') : at;
  return `${message.slice(0, from)}{\\"cache_control\\":{\\"type\\":\\"ephemeral\\"},${message.slice(from + 1)}`;
}

function words(r, characters) {
  let text = '';
  const length = Math.ceil((characters * r.int(50, 150)) / 100);
  while (text.length < length) text += `${r.pick(WORDS)}${r.chance(0.03) ? '\n' : ' '}`;
  return text;
}

function otherLine(r, at) {
  const [path, code] = r.pick([
    ['/healthz', '200'],
    ['/', '301'],
    ['/v1/models', '200'],
    ['/favicon.ico', '404'],
  ]);
  return accessLogLine(envoyRequest(r, at, path, code), '-');
}

function envoyRequest(r, at, path, code) {
  return {
    authority: 'gw.example.com',
    bytesReceived: r.int(100, 99_999),
    bytesSent: r.int(100, 99_999),
    network: inventNetwork(r, inventClient(r)),
    duration: r.int(1, 9000),
    method: path.startsWith('/v1/chat') ? 'POST' : 'GET',
    path,
    code,
    flags: '-',
    route: 'ai-route',
    start: at,
    cluster: 'outbound|443||llm.internal.dns',
    host: '198.51.100.4:443',
    userAgent: 'OpenAI/Python 1.99',
    codeDetails: 'via_upstream',
  };
}

const DEFAULTS = { megabytes: 300, live: 500, rounds: 20, text: 750, other: 1, seed: 1 };

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = Object.fromEntries(
    Object.entries(DEFAULTS).map(([key, value]) => [key, { type: 'string', default: String(value) }]),
  );
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { ...options, 'only-other': { type: 'boolean', default: false } },
  });
  if (positionals.length !== 1) throw new Error('usage: node bench/make-log.mjs OUT [--megabytes 300] …');
  const sizes = Object.fromEntries(Object.keys(DEFAULTS).map((key) => [key, Number(values[key])]));
  const make = values['only-other'] ? makeOtherLog : makeLog;
  console.log(JSON.stringify(make(positionals[0], sizes)));
}
