import { checkedJson, parseCheckedJson } from '../platform/checked-json.ts';
import { InputOutputError } from '../platform/errors.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';
import { isMark, type Mark } from '../store/mark.ts';

/** How far a folder of traces has come. Replacing its file is the commit of an export. */
export interface FolderState {
  /** How many files were committed. Some of them may not be in their place yet. */
  files: number;
  /** How far each store has been exported, in the order in which rounds of several stores count. */
  stores: Mark[];
}

const FORMAT = 1;

export function stateText({ files, stores }: FolderState): string {
  return checkedJson({ format: FORMAT, files, stores });
}

/** Throws InputOutputError unless it is an intact state. `dir`: for the message. */
export function parseFolderState(bytes: Buffer, dir: string): FolderState {
  const value = parseCheckedJson(bytes);
  const { format, files, stores } = isRecord(value) ? value : {};
  if (typeof format === 'number' && format > FORMAT)
    throw new InputOutputError(
      `the traces in ${dir} were written by a newer version of monitor (format ${format}): update monitor`,
    );
  if (format === FORMAT && isCount(files) && Array.isArray(stores) && stores.every(isMark))
    return { files, stores };
  throw new InputOutputError(
    `the state of the traces in ${dir} is damaged. Nothing was changed. Export into a new folder`,
  );
}
