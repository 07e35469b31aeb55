import { sha256 } from '../platform/digest.ts';
import { DEFAULT_SESSION } from '../ai-log/round.ts';
import type { Row } from '../rows/row.ts';
import { identityOfStored } from '../session-format/round-identity.ts';

/*
 * Ids are digests of what they name: whoever sends a round, and however often, it has the same ids. A change here makes
 * new traces of everything that is sent again.
 */

const TRACE_DIGITS = 32;
const SPAN_DIGITS = 16;

/**
 * A session is one trace, also if it went through several gateways. Requests without a session id have nothing to do with each
 * other: each is a trace of its own.
 */
export function traceIdOf(row: Row): string {
  return idOf(hasSession(row) ? ['trace', row.session] : ['trace of', ...placeOf(row)], TRACE_DIGITS);
}

export function hasSession({ session }: Pick<Row, 'session'>): boolean {
  return session !== DEFAULT_SESSION;
}

/** The root of what one store has of a session. */
export function rootIdOf({ session, store }: Pick<Row, 'session' | 'store'>): string {
  return idOf(['session', session, store], SPAN_DIGITS);
}

/**
 * A request that several stores have read has one id, if its line says which it is. Otherwise it is its place in the logs
 * of its store.
 */
export function spanIdOf(row: Row): string {
  return idOf(['round', row.session, ...placeOf(row)], SPAN_DIGITS);
}

function placeOf({ stored, identity, occurrence, store, log, place, time }: Row): (string | number)[] {
  const isKnown = identity !== '' && stored !== undefined && identityOfStored(stored) !== undefined;
  return isKnown ? [identity, occurrence] : [store, log, place, time];
}

/** All zeros are no id, so the last digit is odd. */
function idOf(what: readonly (string | number)[], digits: number): string {
  const hex = sha256(JSON.stringify(['agent-session-monitor', ...what]));
  return `${hex.slice(0, digits - 1)}${(Number.parseInt(hex.charAt(digits - 1), 16) | 1).toString(16)}`;
}
