import { exact, plural } from '../platform/count-text.ts';
import { cleanLine } from '../platform/clean-text.ts';
import type { ToolCount } from '../model/tool-counts.ts';

/**
 * `bash 1,200 (2 failed)`. Of a tool whose call the log does not show, only failures are known, and perhaps not even the
 * name. `written`: how a name is written.
 */
export function toolText([tool, calls, failed]: ToolCount, written = (name: string): string => name): string {
  const name = tool === '' ? 'without a name' : written(cleanLine(tool));
  if (calls === 0) return `${name}: ${plural(failed, 'failed result')}`;
  return `${name} ${exact(calls)}${failed > 0 ? ` (${exact(failed)} failed)` : ''}`;
}
