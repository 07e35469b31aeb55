import type { Random } from './case.ts';
import { mutateText } from './mutate-text.ts';

/** JSON as it is written: a member can appear twice, and a number can be too large for a double. */
type Json = null | boolean | number | string | Json[] | Members | Raw;
class Members {
  readonly list: [key: string, value: Json][];
  constructor(list: [key: string, value: Json][]) {
    this.list = list;
  }
}
class Raw {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Values as JSON that programs tend to get wrong. */
// prettier-ignore
const ODD_VALUES: readonly string[] = [
  'null', 'true', 'false', '0', '-1', '-0', '1', '0.1', '1e3', '1e400', '-1e400', '1e-400',
  '9007199254740993', '2147483648', '18446744073709551616', '1e21', '9'.repeat(400),
  '""', '" "', '"-"', '[]', '{}', '[null]', '{"":0}', '[[]]', '"[]"', '"{}"', '"null"', '"NaN"', '"-1"',
  '"\\ud800"', '"\\udc00\\ud800"', '"\\u0000"', '"\\u001b[31m"', '"\\u009b2J"', '"\\u202e"', '"\\n\\r\\t"',
  '"\u202eabc"', '"\u2028"', '"😀"', '"\u0301\u0301\u0301\u0301\u0301"', '"\\ufeff"', '"a\\/b"',
  '"__proto__"', '"constructor"', '"toString"', '{"__proto__":{"x":1}}', '{"length":-1}',
  '"../victim/file"', '"/etc/hostname"', '"."', '".."', '".state.json"', '"a\\u0000b"', '"%2e%2e%2f"',
  '"2026-02-30T00:00:00Z"', '"9999-12-31T23:59:60Z"', '"0000-01-01"', '"1970-01-01T00:00:00Z"', '8.64e15',
  '253402300800', '1770000000', '"1770000000123"', `"${'long '.repeat(2000)}"`, `"${'9'.repeat(400)}"`,
  `${'['.repeat(600)}${']'.repeat(600)}`,
  `${'{"a":'.repeat(600)}1${'}'.repeat(600)}`,
  '{"role":"user","content":[{"type":"text","text":"hi"}]}',
  '{"type":"image_url","image_url":{"url":"data:image/png;base64,AAAA"}}',
];
// prettier-ignore
const ODD_KEYS: readonly string[] = [
  '__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', '', ' ', '0', '-1',
  'ai_log', 'messages', 'model', 'usage', 'session_id', 'input_token', 'output_token', 'start_time',
  'request_id', 'log', 'message', 'response_code', '\u0000', '\u202e', '\ud800', 'a"b', 'é', '../x', 'k'.repeat(300),
];

/** The same JSON with one change. Text that is no JSON is changed as text. */
export function mutateJson(text: string, random: Random): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return mutateText(text, random);
  }
  return print(mutate(toJson(value), random));
}

function toJson(value: unknown): Json {
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value === 'object' && value !== null)
    return new Members(Object.entries(value).map(([key, member]) => [key, toJson(member)]));
  return value as null | boolean | number | string;
}

function print(value: Json): string {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(print).join(',')}]`;
  if (value instanceof Members)
    return `{${value.list.map(([key, member]) => `${JSON.stringify(key)}:${print(member)}`).join(',')}}`;
  return JSON.stringify(value);
}

/** Goes down to some place of the value, and changes what is there. */
function mutate(value: Json, random: Random): Json {
  if (typeof value === 'string' && /^[[{]/.test(value) && random.chance(0.9))
    return mutateJson(value, random);
  if (Array.isArray(value) && value.length > 0 && random.chance(0.75)) {
    const at = random.int(0, value.length - 1);
    return value.with(at, mutate(value[at] ?? null, random));
  }
  if (value instanceof Members && value.list.length > 0 && random.chance(0.75)) {
    // Most of a line is its ai_log.
    const nested = value.list.findIndex(([, member]) => typeof member === 'string' && member.startsWith('{'));
    const at = nested >= 0 && random.chance(0.6) ? nested : random.int(0, value.list.length - 1);
    const [key, member] = value.list[at] ?? ['', null];
    return new Members(value.list.with(at, [key, mutate(member, random)]));
  }
  if (random.chance(0.3)) return new Raw(random.pick(ODD_VALUES));
  if (value instanceof Members) return mutateMembers(value.list, random);
  if (Array.isArray(value)) return mutateList(value, random);
  return mutateScalar(value, random);
}

function mutateMembers(list: Members['list'], random: Random): Json {
  const at = random.int(0, Math.max(0, list.length - 1));
  const [key, value] = list[at] ?? ['a', null];
  const odd: [string, Json] = [random.pick(ODD_KEYS), new Raw(random.pick(ODD_VALUES))];
  return random.pick<() => Json>([
    () => new Members(list.toSpliced(at, 1)),
    () => new Members([...list, [key, mutate(value, random)]]),
    () => new Members(list.toSpliced(at, 0, [key, new Raw(random.pick(ODD_VALUES))])),
    () => new Members(list.toSpliced(at, 0, odd)),
    () => new Members([...list, odd]),
    () => new Members(list.toSpliced(at, 1, [odd[0], value])),
    () => new Members(random.shuffle(list)),
    () => new Members([[key, new Members(list)]]),
    () => print(new Members(list)),
    () => [new Members(list)],
  ])();
}

function mutateList(list: Json[], random: Random): Json {
  const at = random.int(0, Math.max(0, list.length - 1));
  const item = list[at] ?? null;
  return random.pick<() => Json>([
    () => list.toSpliced(at, 1),
    () => list.toSpliced(at, 0, item),
    () => [...list, mutate(item, random)],
    () => list.toSpliced(at, 0, new Raw(random.pick(ODD_VALUES))),
    () => random.shuffle(list),
    () => [list],
    () => new Members(list.map((value, i) => [String(i), value])),
    () => print(list),
    () => list.slice(0, at),
  ])();
}

function mutateScalar(value: Json, random: Random): Json {
  if (typeof value === 'number') {
    const factor = random.pick([-1, 0, 0.5, 2, 1000, 1e9, 1e300]);
    return random.pick<Json>([
      value + 1,
      value - 1,
      value * factor,
      String(value),
      [value],
      new Raw(`${value}.0`),
    ]);
  }
  if (typeof value === 'string') {
    const at = random.int(0, value.length);
    const odd = random.pick(ODD_KEYS);
    const [before, after] = [value.slice(0, at), value.slice(at)];
    return random.pick<Json>([before, before + odd + after, value + value, [value], Number(value) || 0, odd]);
  }
  return new Raw(random.pick(ODD_VALUES));
}
