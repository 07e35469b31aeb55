import { hasProgram } from '../platform/filter-program.ts';
import { PROGRAMS, isRead } from '../logs/compression.ts';
import type { UnreadFile } from '../model/log-position.ts';
import { plural } from '../platform/count-text.ts';

/** The message about an unreadable compressed file; its path comes first. */
export function unreadText({ why, form, detail, bytes }: UnreadFile): string {
  if (why === 'damaged') {
    const said = detail === '' ? '' : ` (${detail})`;
    return `it is not a complete ${form} file${said}; it will be read when it changes`;
  }
  const size = plural(bytes, 'byte');
  if (why === 'stopped') return `its ${size} of ${form} are not read: ${detail}. The next run tries again`;
  if (why === 'program') {
    return `its ${size} of ${form} are not read: the program ${detail} is missing. Install it, and the next run reads them`;
  }
  return `its ${size} are not read: it is a ${form} file, which monitor cannot read. Unpack it next to the log, and the next run reads it`;
}

/** Whether the program that a file needs has been installed since. */
export function isReadable({ why, form }: UnreadFile): boolean {
  const program = isRead(form) ? PROGRAMS[form] : undefined;
  return why === 'program' && program !== undefined && hasProgram(program);
}
