import { cleanLine, printableId } from '../platform/clean-text.ts';
import { NOT_RECORDED, type GroupKey, type Tag } from '../query/group-keys.ts';
import { groups, nameless } from '../texts/en.ts';

/** A name for people: one clean line, never empty. */
export function groupName(key: GroupKey, name: string, texts = nameless): string {
  if (typeof key !== 'string') return tagName(key, name, texts);
  if (name === '') return namelessOf(key, texts) ?? '-';
  if (key === 'hour') return name.slice(0, 'YYYY-MM-DDTHH:MM'.length).replace('T', ' ');
  return key === 'session' ? printableId(name) : cleanLine(name) || '-';
}

/** What is shown if the log has no name. */
function namelessOf(key: GroupKey, { consumer, api, none }: typeof nameless): string | undefined {
  if (key === 'agent' || key === 'channel') return none;
  return key === 'consumer' ? consumer : key === 'api' ? api : undefined;
}

function tagName({ absent }: Tag, name: string, texts: typeof nameless): string {
  if (name === NOT_RECORDED) return texts.notRecorded;
  if (name === '') return absent === '' ? texts.default : texts.none;
  return cleanLine(name) || '-';
}

/** The head of a column, safe to print: of a dimension, its name as it was declared. */
export function headText(key: GroupKey, texts = groups): string {
  return typeof key === 'string' ? texts[key] : cleanLine(key.tag);
}
