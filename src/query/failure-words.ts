import type { CounterName } from '../model/cell-counters.ts';

/** Failures of requests, in words. */
export const FAILURE_WORDS: Partial<Record<CounterName, string>> = {
  status429: 'too many requests (429)',
  status4xx: 'other client errors (4xx)',
  status5xx: 'server errors (5xx)',
  status0: 'no response (status 0)',
  clientGone: 'client disconnected',
  upstreamReset: 'upstream reset',
  upstreamFailed: 'upstream not reached',
  timeout: 'timeout',
  rateLimited: 'rate limited by the gateway',
  noRoute: 'no route',
  unauthorized: 'not authorized',
  overload: 'overload',
  otherFlag: 'another flag',
};
