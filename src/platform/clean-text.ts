import { escapeUnits } from './json-spans.ts';

// Text from a log is untrusted. Printed, it must not move the cursor, change colours, reorder the text around it, or
// break out of its line.

/**
 * Complete ANSI sequences: CSI, then OSC, DCS, SOS, PM and APC up to their end. A sequence cannot contain the start of
 * another, so hostile text takes linear time.
 */
const ANSI =
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u0080-\u009f]*(?:\u0007|\u001b\\|\u009c)/gu;

/** Of these, those that only change how text looks, or link it (OSC 8). */
const STYLES = /\u001b\[[\d;:]*[mK]|\u001b\]8;[^\u0007\u001b]*(?:\u0007|\u001b\\)/gu;

const SEPARATORS = /[\n\r\t\v\f\u0085\u2028\u2029]/gu;

/**
 * What most texts are made of, none of it hostile or a combining mark: ASCII with line ends, Latin, Greek, Cyrillic,
 * punctuation, symbols and arrows, kana, Han, Hangul, full-width forms, emoji. Such texts need none of the regular
 * expressions over Unicode properties, which take longer to compile than the program takes to start.
 */
const PLAIN =
  /^[\t\n\r -~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u052f\u1e00-\u1fff\u2010-\u2027\u2030-\u205e\u2070-\u20bf\u2100-\u2bff\u3001-\u3029\u3030-\u3096\u309b-\u30ff\u3400-\u9fff\uac00-\ud7a3\uff01-\uff9f\u{1f300}-\u{1f64f}\u{1f680}-\u{1f6ff}\u{1f900}-\u{1f9ff}]*$/u;

/** Text without a terminal's colours and links. */
export function withoutStyles(text: string): string {
  return text.replace(STYLES, '');
}

/** One line of plain text, safe to print: without escape sequences, and with single spaces for runs of white space. */
export function cleanLine(text: string): string {
  if (/^[\x21-\x7e]*$/.test(text)) return text;
  if (PLAIN.test(text)) return text.replace(/[\t\n\r ]+/g, ' ').trim();
  return stripMarks(text.replace(ANSI, '').replace(SEPARATORS, ' ')).replace(/\s+/gu, ' ').trim();
}

/** Text of several lines, safe to print: the only control character is `\n`; a tab becomes two spaces. */
export function cleanText(text: string): string {
  const lines = text.replace(ANSI, '').replace(/\r\n?|[\v\f\u0085\u2028\u2029]/gu, '\n');
  return lines
    .split('\n')
    .map((line) => stripMarks(line.replaceAll('\t', '  ')))
    .join('\n');
}

/** A session id, safe to print. Hostile characters are escaped, not removed, so that two ids never look the same. */
export function printableId(id: string): string {
  if (/^[\x21-\x7e]+$/.test(id)) return id;
  return id.replace(hostile(), (mark) => `\\u{${(mark.codePointAt(0) ?? 0).toString(16)}}`);
}

/**
 * An error message, safe to print: one line, which may be followed by indented ones. It quotes paths and arguments, and a
 * person must be able to tell which was meant, so hostile characters are escaped. A line end in a path cannot begin a
 * line that looks like another message.
 */
export function printableMessage(message: string): string {
  return message
    .split(/\n(?= {2})/)
    .map(printableId)
    .join('\n');
}

/**
 * JSON of the same value, safe to print: hostile characters in its strings are escaped as `\u009b`. Control characters
 * below U+0020 are left alone: JSON has them only between values.
 */
export function printableJson(json: string): string {
  return json.replace(/[\u007f-\u009f\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, escapeUnits);
}

function stripMarks(text: string): string {
  return text.replace(hostile(), '').replace(/(\p{M}{3})\p{M}+/gu, '$1');
}

/**
 * Control characters, format characters (bidi marks, zero widths, tags), lone surrogates, line and paragraph
 * separators. Compiled only when needed: see PLAIN.
 */
function hostile(): RegExp {
  return /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
}
