/**
 * A string literal. Names in a log can hold anything, so every byte but letters, digits and a few signs is written as
 * `\xHH`: no server reads any of them as the end of the literal, and the oldest has no query parameters.
 */
export function quoted(text: string): string {
  return `'${Array.from(Buffer.from(text, 'utf8'), (byte) => LITERAL[byte]).join('')}'`;
}

const LITERAL = Array.from({ length: 256 }, (_, byte) => {
  const character = String.fromCharCode(byte);
  return /[\w .:/-]/.test(character) ? character : `\\x${byte.toString(16).padStart(2, '0')}`;
});

/** A value of TabSeparated as it was before it was escaped. */
export function unescaped(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replaceAll(/\\(.)/gs, (_, sign: string) => ESCAPES[sign] ?? sign);
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  r: '\r',
  n: '\n',
  t: '\t',
  0: '\0',
  a: '\u0007',
  v: '\v',
};

/** A list of numbers, as TabSeparated has it: `[1,2]`. */
export function numbersOf(value: string): number[] {
  return value === '[]' ? [] : value.slice(1, -1).split(',').map(Number);
}

/** The number of a value, by a list of values (in SQL) and their numbers; 0 for all others. */
export function numbered(
  values: Iterable<readonly [value: string, number: number]>,
  expression: string,
): string {
  const all = [...values];
  if (all.length === 0) return 'toUInt32(0)';
  const [from, to] = [all.map(([value]) => value), all.map(([, number]) => number)];
  return `toUInt32(transform(${expression}, [${from.join(',')}], [${to.join(',')}], 0))`;
}
