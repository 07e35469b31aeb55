// Everything a log says is a stranger's text: it must not move the cursor, recolour or reorder what stands
// around it, or leave the line it is given.

/**
 * Complete ANSI sequences: CSI, then OSC, DCS, SOS, PM, APC up to their end. Nothing that begins a sequence stands
 * inside one, so that hostile text takes linear time.
 */
const ANSI =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0080-\u009f]*(?:\u0007|\u001b\\|\u009c)/gu;

/** Controls, format characters (bidi marks, zero widths, tags), lone surrogates, line and paragraph separators. */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SEPARATORS = /[\n\r\t\v\f\u0085\u2028\u2029]/gu;
const PILED_MARKS = /(\p{M}{3})\p{M}+/gu;

/** One line of plain text, safe to print: sequences and marks are gone, runs of white space are one space. */
export function cleanLine(text: string): string {
  if (/^[\x21-\x7e]*$/.test(text)) return text;
  return stripMarks(text.replace(ANSI, '').replace(SEPARATORS, ' ')).replace(/\s+/gu, ' ').trim();
}

/** Text of several lines, safe to print: only `\n` is left of the control characters, a tab is two spaces. */
export function cleanText(text: string): string {
  const lines = text.replace(ANSI, '').replace(/\r\n?|[\v\f\u0085\u2028\u2029]/gu, '\n');
  return lines
    .split('\n')
    .map((line) => stripMarks(line.replaceAll('\t', '  ')))
    .join('\n');
}

/** A session id as it can be printed. Hostile characters are escaped, so that two ids never look the same. */
export function printableId(id: string): string {
  if (/^[\x21-\x7e]+$/.test(id)) return id;
  return id.replace(HOSTILE, (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);
}

function stripMarks(text: string): string {
  return text.replace(HOSTILE, '').replace(PILED_MARKS, '$1');
}
