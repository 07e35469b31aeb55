import { isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';
import { readRound } from '../session-format/read-round.ts';

/** The provider that a round was sent to, as the fields beside ai_log name it; empty if they do not. */
export function providerOf(line: string): string {
  const { stored, texts } = readRound(line);
  const fields = stored.access_log ?? parseJson(texts.get('access_log') ?? 'null');
  return isRecord(fields) ? providerIn(fields) : '';
}

/** The host of `outbound|443||llm-openai.internal.dns`, without Higress's ending; or else the route. */
export function providerIn({
  upstream_cluster: cluster,
  route_name: route,
}: Record<string, unknown>): string {
  const host =
    typeof cluster === 'string' ? cluster.replace(/^.*\|/, '').replace(/\.(?:dns|static)$/, '') : '';
  if (host !== '' && host !== '-') return host;
  return typeof route === 'string' && route !== '-' ? route : '';
}
