import { escapeUnits } from '../platform/json-spans.ts';

/**
 * Well-formed Unicode, in which lone surrogates are the text of their JSON escapes, so that none looks like another or
 * like U+FFFD. After a backslash, which would escape the escape, one becomes U+FFFD.
 */
export function escapeLone(text: string): string {
  return text.isWellFormed() ? text : text.replace(/(?<!\\)[\ud800-\udfff]/gu, escapeUnits).toWellFormed();
}
