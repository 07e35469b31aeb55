import { cleanLine } from '../../platform/clean-text.ts';
import { exact } from '../../platform/count-text.ts';
import type { Role } from './roles.ts';
import type { SaidPart } from './said.ts';

/** Who said what was found: `user`, `assistant, reasoning`, `call of bash, 3 matches` */
export function whoText(hit: { role: Role; part: SaidPart; tool: string | null; matches: number }): string {
  const { role, part, tool, matches } = hit;
  const of = tool === null ? '' : ` of ${cleanLine(tool)}`;
  const who = {
    text: role,
    reasoning: `${role}, reasoning`,
    call: `call${of}`,
    result: `result${of}`,
    request: 'cut request',
  }[part];
  return matches > 1 ? `${who}, ${exact(matches)} matches` : who;
}
