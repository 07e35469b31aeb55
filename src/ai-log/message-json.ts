import { parseJson } from '../platform/json-spans.ts';

export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function idOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** Elements of a request are delimited but not checked when they are read. Invalid JSON is shown as it is. */
export function readJson(json: string): unknown {
  const value = parseJson(json);
  return value === undefined ? json : value;
}

export function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? '' : printJson(value);
}

/** The JSON of a parsed value. One that is nested thousands of levels deep overflows the stack of `stringify`. */
export function printJson(value: unknown): string {
  try {
    return JSON.stringify(value, withoutMarks) ?? '';
  } catch (error) {
    if (error instanceof RangeError) return '[…]';
    throw error;
  }
}

/** Marks for the provider's cache move from request to request and mean nothing to a reader. */
function withoutMarks(key: string, value: unknown): unknown {
  return key === 'cache_control' ? undefined : value;
}
