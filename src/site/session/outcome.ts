import type { Part } from '../../ai-log/message.ts';
import { resultText } from '../../ai-log/tool-outcome.ts';
import { exact } from '../../platform/count-text.ts';
import { excerptOf } from './excerpt.ts';

/** Results up to this length are shown next to their call. */
const SHORT = 24;

/** What is shown next to a call: `84 lines`, `an image`, or a short result itself. */
export function resultSummary(parts: readonly Part[]): string {
  const text = resultText(parts).trim();
  if (text === '') return parts.some((part) => part.kind === 'image') ? 'an image' : 'nothing';
  const lines = countLines(text);
  if (lines > 1) return `${exact(lines)} lines`;
  return text.length <= SHORT ? excerptOf(text) : `${exact(text.length)} characters`;
}

function countLines(text: string): number {
  let lines = 1;
  for (let i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) lines++;
  return lines;
}
