/**
 * Response flags of Envoy, short and long, of a response that ended before its upstream had ended it. Not those of
 * requests that never reached a model (NR, NC, UH, UF, UO, RL, UAEX, …).
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
 * Whether a response was cut off before its last usage event may have come. Never one that is no stream: the plugin
 * reads its counts when the body is there as a whole. Of a stream nobody knows: OpenAI's counts come at its end, so
 * that only a few bytes can be missing, but Anthropic's and Gemini's come from its beginning on.
 */
export function isAborted(flags: unknown, code: number | null, responseType: string | null): boolean {
  if (responseType === 'normal') return false;
  // 0: the client was gone before the response began; 499: so says a proxy in between.
  if (code === 0 || code === 499) return true;
  return typeof flags === 'string' && flags !== '-' && flags.split(',').some((flag) => CUT.has(flag.trim()));
}
