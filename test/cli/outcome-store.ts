import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fc } from '../fast-check.ts';
import { makeFolder } from '../platform/make.ts';
import { run } from './run.ts';

/** A request, as the log tells of it. */
export interface LoggedRequest {
  session: string;
  model: string;
  consumer: string;
  department: string;
  /** Minutes after 2026-02-01T00:00Z. */
  minute: number;
  output: number;
  status: number | null;
  flags: string;
  durationMs: number | null;
  firstTokenMs: number | null;
}

const time = fc.oneof(
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 40 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 200_000 }) },
);

export const request: fc.Arbitrary<LoggedRequest> = fc.record({
  session: fc.constantFrom('agent:main:main', 'agent:main:cron:x', 'b', 'c'),
  model: fc.constantFrom('m1', 'm2', '__proto__'),
  consumer: fc.constantFrom('', 'x'),
  department: fc.constantFrom('', 'search', 'ads'),
  minute: fc.integer({ min: 0, max: 300 }),
  output: fc.integer({ min: 0, max: 4000 }),
  status: fc.constantFrom(200, 200, 200, 201, 100, 302, 400, 404, 429, 500, 503, 504, 0, null),
  flags: fc.constantFrom('', '', 'UT', 'UF,URX', 'DC', 'RL', 'XX'),
  durationMs: time,
  firstTokenMs: time,
});

function logLine(one: LoggedRequest): string {
  const { status, flags, department, consumer } = one;
  const inner = {
    session_id: one.session,
    model: one.model,
    input_token: 10,
    output_token: one.output,
    total_token: 10 + one.output,
    ...(consumer !== '' && { consumer }),
    ...(department !== '' && { department }),
    ...(one.durationMs !== null && { llm_service_duration: one.durationMs }),
    ...(one.firstTokenMs !== null && { llm_first_token_duration: one.firstTokenMs }),
  };
  return `${JSON.stringify({
    ai_log: JSON.stringify(inner),
    ...(status !== null && { response_code: String(status) }),
    ...(flags !== '' && { response_flags: flags }),
    start_time: new Date(Date.UTC(2026, 1, 1) + one.minute * 60_000).toISOString(),
  })}\n`;
}

/** A store of requests, which counts by department. */
export async function requestStore(requests: readonly LoggedRequest[]): Promise<string> {
  const folder = makeFolder();
  writeFileSync(join(folder, 'access.log'), requests.map(logLine).join(''));
  const store = join(folder, 'store');
  await answered(
    'parse',
    '--log-path',
    join(folder, 'access.log'),
    '--output-dir',
    store,
    '--dimension',
    'department',
  );
  return store;
}

/** What the program prints. */
export async function answered(...argv: string[]): Promise<string> {
  const { code, out, err } = await run(argv, { columns: 200 });
  if (code !== 0) throw new Error(`${argv.join(' ')}: ${code} ${err}`);
  return out;
}

/** A round of `export --format ndjson`. */
export interface ExportedRound {
  session_id: string;
  timestamp: string;
  model: string;
  consumer: string | null;
  output_tokens: number;
  response_code: number | null;
  duration_ms: number | null;
  first_token_ms: number | null;
  attributes: { department?: string } | null;
  access_log: { response_flags?: string } | null;
}

export async function exportedRounds(store: string, ...argv: string[]): Promise<ExportedRound[]> {
  const out = await answered('export', '-', '--format', 'ndjson', '--data-dir', store, ...argv);
  return out
    .split('\n')
    .slice(0, -1)
    .map((text) => JSON.parse(text) as ExportedRound);
}

export const isFailed = ({ response_code: code }: ExportedRound): boolean =>
  code !== null && (code === 0 || code >= 400);

/** Options that limit what is reported. */
export const filter: fc.Arbitrary<string[]> = fc
  .tuple(
    fc.constantFrom([], ['--model', 'm1'], ['--model', 'M2']),
    fc.constantFrom([], ['--consumer', 'x']),
    fc.constantFrom([], ['--where', 'department=s*'], ['--where', 'department!=ads'], ['--where', 'model!=m2']),
    fc.constantFrom([], ['--since', '2026-02-01T01:00Z'], ['--until', '2026-02-01T03:15Z'], ['--since', '2026-02-01T00:30Z', '--until', '2026-02-01T04:00Z']),
    fc.constantFrom([], ['--agent', 'main'], ['--session', 'b*'], ['--channel', 'cron']),
  )
  .map((parts) => parts.flat()); // prettier-ignore
