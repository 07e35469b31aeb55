import type { Context } from '../context.ts';

/** A short run shows nothing, so that no bar flickers. */
const SILENT_MS = 500;
const REDRAW_MS = 100;

/** Shows a line on stderr during a long run, redrawn a few times a second. */
export function showProgress<P>(
  context: Context,
  draw: (progress: P, elapsedMs: number, width: number) => string,
): { update: (progress: P) => void; clear: () => void } {
  const began = Date.now();
  let drawnAt = 0;
  return {
    update(progress) {
      const now = Date.now();
      if (now - began < SILENT_MS || now - drawnAt < REDRAW_MS) return;
      drawnAt = now;
      context.warn(`\r\u001b[K${draw(progress, now - began, context.columns)}`);
    },
    clear() {
      if (drawnAt > 0) context.warn('\r\u001b[K');
    },
  };
}
