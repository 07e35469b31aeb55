/**
 * Envoy's response flags, short and long, for a response that ended before its upstream had finished it. Flags of
 * requests that never reached a model (NR, NC, UH, UF, UO, RL, UAEX, …) are not included.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage (RESPONSE_FLAGS)
 */
const CUT: ReadonlySet<string> = new Set(
  [
    ['DC', 'DownstreamConnectionTermination'],
    ['DR', 'DownstreamRemoteReset'],
    ['DPE', 'DownstreamProtocolError'],
    ['DT', 'DurationTimeout'],
    ['LR', 'LocalReset'],
    ['OM', 'OverloadManagerTerminated', 'OverloadManager'],
    ['SI', 'StreamIdleTimeout'],
    ['UC', 'UpstreamConnectionTermination'],
    ['UMSDR', 'UpstreamMaxStreamDurationReached'],
    ['UPE', 'UpstreamProtocolError'],
    ['UR', 'UpstreamRemoteReset'],
    ['UT', 'UpstreamRequestTimeout'],
  ].flat(),
);

/**
 * Whether a response may have been cut off before its last usage event. A response that is not a stream never is: the
 * plugin reads its counts from the complete body. For a stream, the log does not tell: OpenAI sends the counts at the
 * end, so only a few bytes can be missing, but Anthropic and Gemini send counts from the beginning.
 */
export function isAborted(flags: unknown, code: number | null, responseType: string | null): boolean {
  if (responseType === 'normal') return false;
  // 0: the client was gone before the response began. 499: a proxy in between reports the same.
  if (code === 0 || code === 499) return true;
  return typeof flags === 'string' && flags !== '-' && flags.split(',').some((flag) => CUT.has(flag.trim()));
}
