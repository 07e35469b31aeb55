import { parseJson, stringEnd } from '../../platform/json-spans.ts';

/** JSON in a string in JSON: arguments in a result in a message. */
const DEEPEST = 4;
/** The start of an object or a list that is not empty. */
const MAY_BE_JSON = /^\s*(?:\{\s*"|\[\s*["[{\d])/;

/**
 * The strings and keys in a text that is JSON, and those in strings that are JSON themselves. Of JSON that the gateway
 * cut, whatever strings are whole. Numbers are not always written as they are read: `1e3`.
 */
export function* innerTexts(text: string, withNumbers = false): Generator<string> {
  const left: { text: string; depth: number }[] = [{ text, depth: 1 }];
  for (let next = left.pop(); next; next = left.pop()) {
    if (!mayBeJson(next.text)) continue;
    for (const inner of stringsIn(next.text, withNumbers)) {
      yield inner;
      if (next.depth < DEEPEST) left.push({ text: inner, depth: next.depth + 1 });
    }
  }
}

/** Whether a text may have inner ones. */
export function mayBeJson(text: string): boolean {
  return MAY_BE_JSON.test(text);
}

/** The strings in a JSON text. */
export function* stringsIn(text: string, withNumbers = false): Generator<string> {
  const value = parseJson(text);
  if (value !== undefined) return yield* leavesOf(value, withNumbers);
  // An expression for strings would need a stack as deep as they are long.
  for (let from = text.indexOf('"'); from >= 0;) {
    const to = stringEnd(text, from);
    if (to < 0) return;
    const inner = parseJson(text.slice(from, to));
    if (typeof inner === 'string') yield inner;
    from = text.indexOf('"', to);
  }
}

/** In no particular order: a hostile text may be nested too deeply for a recursion. */
function* leavesOf(value: unknown, withNumbers: boolean): Generator<string> {
  const left = [value];
  while (left.length > 0) {
    const next = left.pop();
    if (typeof next === 'string') yield next;
    else if (typeof next === 'object' && next !== null) {
      if (!Array.isArray(next)) yield* Object.keys(next);
      // Not spread into one call: there may be more than the stack holds.
      for (const inner of Object.values(next)) left.push(inner);
    } else if (withNumbers && next !== null && next !== undefined) yield String(next);
  }
}
