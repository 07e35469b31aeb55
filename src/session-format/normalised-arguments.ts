import { parseJson } from '../platform/json-spans.ts';

/** A call's arguments in one form: clients write them anew, with other white space. */
export function normalised(json: string): string {
  const value = parseJson(json || '{}');
  if (value === undefined) return json;
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Nested too deeply.
    if (error instanceof RangeError) return json;
    throw error;
  }
}
