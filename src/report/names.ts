import { cleanLine, printableId } from '../platform/clean-text.ts';
import { headOf, NOT_RECORDED, type GroupKey, type Tag } from '../query/group-keys.ts';

/** What is shown if the log has no name. */
const NAMELESS: Partial<Record<GroupKey & string, string>> = {
  consumer: '(no consumer)',
  api: '(no API)',
  agent: '(none)',
  channel: '(none)',
};

/** A name for people: one clean line, never empty. */
export function groupName(key: GroupKey, name: string): string {
  if (typeof key !== 'string') return tagName(key, name);
  if (name === '') return NAMELESS[key] ?? '-';
  if (key === 'hour') return name.slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ');
  return key === 'session' ? printableId(name) : cleanLine(name) || '-';
}

function tagName({ absent }: Tag, name: string): string {
  if (name === NOT_RECORDED) return '(not recorded)';
  if (name === '') return absent === '' ? '(default)' : '(none)';
  return cleanLine(name) || '-';
}

/** The head of a column, safe to print. */
export function headText(key: GroupKey): string {
  return cleanLine(headOf(key));
}
