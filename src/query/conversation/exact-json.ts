import { parseJson } from '../../platform/json-spans.ts';

/** Stands before a number that is kept as text. No JSON of a log has it unless somebody wrote it on purpose. */
const MARK = '\\u0000n';
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*/gs;
const MARKED = /"\\u0000n(-?\d[\d.eE+-]*)"/g;

/**
 * Parses JSON whose numbers are to be printed as they were written: 1.0, and those beyond 2^53. In the value they are
 * texts that only `printExact` can read. undefined if it is no JSON.
 */
export function parseExact(json: string): unknown {
  if (json.includes(MARK)) return undefined;
  // Text that is no JSON could become JSON when its numbers are marked.
  if (parseJson(json) === undefined) return undefined;
  return parseJson(json.replaceAll(TOKENS, (token) => (token.startsWith('"') ? token : `"${MARK}${token}"`)));
}

/** The JSON of a value of `parseExact`; null if it is nested too deep. */
export function printExact(value: unknown, space = 0): string | null {
  try {
    return JSON.stringify(value, null, space).replaceAll(MARKED, '$1');
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
