/** At the start of a line: a heading, or a fence of code with its language. */
const LINE_MARKS = /^(?: {0,3}#{1,6} | {0,3}(?:```+|~~~+)[\w+#.-]*[ \t]*$)/gm;

/** A stretch of code in one line. */
const CODE = /(?<![`\\])(`{1,3})(?!`)([^`\n]+?)(?<!`)\1(?!`)/g;

/**
 * A stretch of bold text in one line. It begins after a space, an opening mark or a CJK character and ends before one
 * that is no letter and no digit, so that `2**8`, `f(**a)` and `src/**` stay as they are.
 */
const BOLD =
  /(?<=^|[\s([{"'“‘>—–，。：；！？（「『\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef])\*\*(?![\s*/.])([^*\n]*[^\s*/\\])\*\*(?![\w*/\\])/gm;

/**
 * Takes Markdown's marks from a text where they are marks: a pair around words, or a heading at the start of a line. A
 * preview must not change a word, so every other star, backtick and underscore stays.
 */
export function withoutMarks(text: string): string {
  const flat = text.replaceAll(LINE_MARKS, '').replaceAll('\0', '');
  if (!flat.includes('`') && !flat.includes('**')) return flat;
  // Code first: what is in it is no mark.
  const kept: string[] = [];
  const held = flat.replaceAll(CODE, (_, __, code: string) => {
    kept.push(code);
    return `\0${kept.length - 1}\0`;
  });
  const isMixed = hasRightToLeft(flat);
  return held.replaceAll(BOLD, '$1').replaceAll(/\0(\d+)\0/g, (whole, i: string) => {
    const code = kept[Number(i)] ?? whole;
    return isMixed ? CODE_START + code + CODE_END : code;
  });
}

/** Hebrew, Arabic, and the scripts around them. */
export function hasRightToLeft(text: string): boolean {
  return /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/.test(text);
}

/** A line in which each stretch of code keeps its order, if the text around it runs from right to left. */
export function withCodeIsolated(line: string): string {
  return hasRightToLeft(line) ? line.replaceAll(/`[^`\n]+`/g, '\u2066$&\u2069') : line;
}

/** Stand for the characters that isolate code in text from right to left until the text is cleaned of such characters. */
const CODE_START = '\uf8f0';
const CODE_END = '\uf8f1';

/** Isolates what `withoutMarks` found to be code, so that `ls -la /tmp/` keeps its order in an Arabic sentence. */
export function withIsolates(text: string): string {
  if (!text.includes(CODE_START)) return text.replaceAll(CODE_END, '');
  const opened = text.replaceAll(CODE_START, '\u2066').replaceAll(CODE_END, '\u2069');
  const missing = opened.split('\u2066').length - opened.split('\u2069').length;
  return opened + '\u2069'.repeat(Math.max(0, missing));
}
