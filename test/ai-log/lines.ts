import { readAccessLine } from '../../src/ai-log/access-line.ts';
import { readLogLine, type LoggedRound } from '../../src/ai-log/round.ts';

/** The fields of Higress's default format after ai_log, in its order. */
const DEFAULT: Record<string, string> = {
  authority: 'ai.example.com',
  bytes_received: '812',
  bytes_sent: '2210',
  downstream_local_address: '10.42.0.17:8080',
  downstream_remote_address: '10.42.7.82:38368',
  duration: '1240',
  istio_policy_status: '-',
  method: 'POST',
  path: '/v1/chat/completions',
  protocol: 'HTTP/1.1',
  request_id: '28ac436f-5424-2f7f-f47a-8f63dcd4031e',
  requested_server_name: '-',
  response_code: '200',
  response_flags: '-',
  route_name: 'ai-route',
  start_time: '2026-02-01T09:30:15.123Z',
  trace_id: '-',
  upstream_cluster: 'outbound|443||llm.internal',
  upstream_host: '10.1.2.3:443',
  upstream_local_address: '10.42.0.17:52340',
  upstream_service_time: '1200',
  upstream_transport_failure_reason: '-',
  user_agent: 'curl/8.5.0',
  x_forwarded_for: '10.0.0.9',
  response_code_details: 'via_upstream',
};

/**
 * A line in Envoy's TEXT format, which escapes nothing. `aiLog`: the characters between the quotes. Fields that are not
 * in the default format come last.
 */
export function envoyLine(aiLog: string, words: Record<string, string> = {}): string {
  const fields = Object.entries({ ai_log: aiLog, ...DEFAULT, ...words });
  return `{${fields.map(([key, value]) => `"${key}":"${value}"`).join(',')}}`;
}

/** JSON escaped into a string, without the quotes, as the plugin passes it to Envoy. */
export function escaped(json: string): string {
  return JSON.stringify(json).slice(1, -1);
}

/** A line whose ai_log has these attributes. */
export function aiLine(attributes: object, words: Record<string, string> = {}): string {
  return envoyLine(escaped(JSON.stringify(attributes)), words);
}

export function round(line: string): LoggedRound {
  const read = readLogLine(line);
  if (read.kind !== 'round') throw new Error(`not a round: ${JSON.stringify(read)}`);
  return read.round;
}

/** The ai_log of the lines of `says`. */
export const AI = '{"model":"m"}';

/** The result for a line, in short: a round's ai_log, `other`, or why it was rejected. */
export function fate(line: string): string {
  const read = readAccessLine(line);
  return read.kind === 'ai' ? read.aiLog : read.kind === 'other' ? 'other' : `rejected: ${read.reason}`;
}

/** A field of a line that was read, as JSON; undefined if it is not trusted. */
export function field(line: string, key: string): string | undefined {
  const read = readAccessLine(line);
  if (read.kind !== 'ai') throw new Error(`not the line of an AI call: ${fate(line)}`);
  return read.fields.get(key);
}

export function isBroken(line: string): boolean {
  const read = readAccessLine(line);
  return read.kind === 'ai' && read.broken;
}

/** A default line of an AI call in which the client sent `words` for `key`. */
export const says = (key: string, words: string): string => aiLine({ model: 'm' }, { [key]: words });
