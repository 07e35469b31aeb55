import type { CounterName } from './cell-counters.ts';

/**
 * Envoy's response flags, short and long, by what went wrong.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage (RESPONSE_FLAGS)
 */
const CLASSES = {
  clientGone: [
    ['DC', 'DownstreamConnectionTermination'],
    ['DR', 'DownstreamRemoteReset'],
    ['DPE', 'DownstreamProtocolError'],
  ],
  upstreamReset: [
    ['UC', 'UpstreamConnectionTermination'],
    ['UR', 'UpstreamRemoteReset'],
    ['UPE', 'UpstreamProtocolError'],
    ['LR', 'LocalReset'],
  ],
  upstreamFailed: [
    ['UF', 'UpstreamConnectionFailure'],
    ['UH', 'NoHealthyUpstream'],
    ['URX', 'UpstreamRetryLimitExceeded'],
    ['LH', 'FailedLocalHealthCheck'],
    ['DF', 'DnsResolutionFailed'],
  ],
  timeout: [
    ['UT', 'UpstreamRequestTimeout'],
    ['DT', 'DurationTimeout'],
    ['SI', 'StreamIdleTimeout'],
    ['UMSDR', 'UpstreamMaxStreamDurationReached'],
  ],
  rateLimited: [
    ['RL', 'RateLimited'],
    ['RLSE', 'RateLimitServiceError'],
  ],
  noRoute: [
    ['NR', 'NoRouteFound'],
    ['NC', 'NoClusterFound'],
    ['NFCF', 'NoFilterConfigFound'],
  ],
  unauthorized: [['UAEX', 'UnauthorizedExternalService']],
  overload: [
    ['UO', 'UpstreamOverflow'],
    ['OM', 'OverloadManagerTerminated', 'OverloadManager'],
  ],
} as const satisfies Partial<Record<CounterName, readonly (readonly string[])[]>>;

type FlagClass = keyof typeof CLASSES | 'otherFlag';

const CLASS_OF: ReadonlyMap<string, FlagClass> = new Map(
  Object.entries(CLASSES).flatMap(([name, flags]) =>
    flags.flat().map((flag) => [flag, name as keyof typeof CLASSES] as const),
  ),
);

/** The classes of logged response flags such as `UT` or `UF,URX`, each once. */
export function flagClassesOf(flags: string): FlagClass[] {
  const names = flags.split(',').map((flag) => flag.trim());
  const classes = names.filter((flag) => flag !== '' && flag !== '-').map((flag) => CLASS_OF.get(flag));
  return [...new Set(classes.map((one) => one ?? 'otherFlag'))];
}
