import type { Progress } from '../ingest/options.ts';
import { progressLine } from '../report/parse-line.ts';
import type { Context } from './context.ts';

/** A short run shows nothing: a bar that flickers tells nobody anything. */
const SILENT_MS = 500;
const REDRAW_MS = 100;

/** A bar on stderr while a long run goes on. */
export function showProgress(context: Context): { update: (progress: Progress) => void; clear: () => void } {
  const began = Date.now();
  let drawnAt = 0;
  return {
    update(progress) {
      const now = Date.now();
      if (now - began < SILENT_MS || now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      context.warn(`\r\u001b[K${progressLine(progress, now - began, context.columns)}`);
    },
    clear() {
      if (drawnAt > 0) context.warn('\r\u001b[K');
    },
  };
}
