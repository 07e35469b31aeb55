import type { Part } from '../../ai-log/message.ts';
import { mediaText } from '../../ai-log/media-text.ts';
import type { Budget } from './clip.ts';
import type { Content } from './view.ts';

/** A message can have thousands of parts. */
const MOST_PARTS = 500;

/** The parts of a message that are shown in it. Calls and results have items of their own. */
export function contentOf(parts: readonly Part[], budget: Budget): Content[] {
  return parts.slice(0, MOST_PARTS).flatMap((part): Content[] => {
    switch (part.kind) {
      case 'text':
      case 'thinking':
      case 'refusal':
      case 'sources':
        return part.text.trim() === '' ? [] : [{ kind: part.kind, clip: budget.take(part.text) }];
      case 'media':
        return [{ kind: 'media', words: mediaText(part.media), url: part.media.url }];
      case 'other':
        return [{ kind: 'data', clip: budget.take(part.json) }];
      default:
        return [];
    }
  });
}

/** Characters that a message would take to show: is it worth a link instead? */
export function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => {
    if ('text' in part) return sum + part.text.length;
    if (part.kind === 'other') return sum + part.json.length;
    return part.kind === 'result' ? sum + lengthOf(part.result.parts) : sum;
  }, 0);
}
