// How much memory and time an export of many rounds takes. `monitor parse` makes the store from a generated log:
//   node bench/export-memory.mjs [--rounds 1000000] [--sessions 10000] [--seed 1]
// Prints the peak RSS and the CPU time of each run, and fails if a run takes more than --limit MB (200).
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const BIN = fileURLToPath(new URL('../bin/monitor.js', import.meta.url));
const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '1000000' },
    sessions: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    limit: { type: 'string', default: '200' },
  },
});
const [rounds, sessions, seed, limit] = ['rounds', 'sessions', 'seed', 'limit'].map((key) =>
  Number(values[key]),
);

const MODELS = ['gpt-4o', 'gpt-5', 'claude-sonnet-4-5', 'gemini-2.5-pro', 'deepseek-chat', 'no-such-model'];
const CONSUMERS = ['ci-bot', 'support', 'research', ''];
const DAYS = 30;

/** Random numbers from 0 up to, not including, 1; the same for the same seed (mulberry32). */
function randomNumbers(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function writeLog(path) {
  const random = randomNumbers(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const start = Date.UTC(2026, 0, 1);
  const fd = openSync(path, 'w');
  let text = '';
  for (let i = 0; i < rounds; i++) {
    const input = Math.floor(random() * 20_000);
    const aiLog = {
      api: 'chat@internal',
      chat_id: `chat-${i}`,
      consumer: pick(CONSUMERS),
      input_token: input,
      input_token_details: { cached_tokens: Math.floor(input * random()) },
      model: pick(MODELS),
      output_token: Math.floor(random() * 1_000),
      question: `question ${i}`,
      session_id: `agent:main:bench:${Math.floor(random() * sessions)}`,
    };
    const time = new Date(start + Math.floor((i / rounds) * DAYS * 86_400_000)).toISOString();
    text += `${JSON.stringify({ ai_log: JSON.stringify(aiLog), request_id: `r-${i}`, response_code: '200', start_time: time })}\n`;
    if (text.length < 1 << 20) continue;
    writeSync(fd, text);
    text = '';
  }
  writeSync(fd, text);
  closeSync(fd);
}

/** Makes the program report its resource usage on stderr, after a mark. */
const USAGE = `data:text/javascript,process.on('exit',()=>{const u=process.resourceUsage();process.stderr.write('\\nUSAGE '+JSON.stringify(u))})`;

function measure(name, ...args) {
  const ran = spawnSync(process.execPath, ['--import', USAGE, BIN, ...args], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  if (ran.status !== 0) throw new Error(`${name}: ${ran.stderr}`);
  const usage = JSON.parse(ran.stderr.split('USAGE ')[1]);
  const peak = usage.maxRSS / 1024;
  const cpu = (usage.userCPUTime + usage.systemCPUTime) / 1e6;
  return { name, peak, cpu, said: ran.stdout.trim() };
}

const folder = mkdtempSync(join(tmpdir(), 'monitor-export-'));
try {
  const [log, store] = [join(folder, 'access.log'), join(folder, 'sessions')];
  writeLog(log);
  const parsed = measure('parse', 'parse', '--log-path', log, '--output-dir', store);
  const of = (name, file, ...args) => ({
    ...measure(name, 'export', join(folder, file), '--data-dir', store, '--timezone', 'UTC', ...args),
    file,
  });
  const runs = [
    { ...measure('stats-model', 'stats-model', '--data-dir', store, '--json'), said: '' },
    of('ndjson', 'rounds.ndjson'),
    of('csv', 'rounds.csv'),
    of('ndjson --with-messages', 'texts.ndjson', '--with-messages'),
    of('focus', 'focus.csv', '--format', 'focus', '--billing-account-id', 'bench'),
    of('csv --group-by date,model,consumer', 'groups.csv', '--group-by', 'date,model,consumer'),
  ];
  console.log(`${rounds} rounds of ${sessions} sessions (${Math.round(statSync(log).size / 1e6)} MB log)`);
  console.log(`parse: ${parsed.cpu.toFixed(1)} s CPU, ${parsed.peak.toFixed(0)} MB`);
  for (const { name, peak, cpu, file } of runs) {
    const size = file === undefined ? '' : `, ${(statSync(join(folder, file)).size / 1e6).toFixed(1)} MB`;
    console.log(`${name}: peak RSS ${peak.toFixed(0)} MB, ${cpu.toFixed(1)} s CPU${size}`);
  }
  const over = runs.filter(({ peak }) => peak > limit);
  if (over.length > 0) {
    console.error(`above ${limit} MB: ${over.map(({ name }) => name).join(', ')}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
