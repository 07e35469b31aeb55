import { InputOutputError } from '../../platform/errors.ts';

/** A file of the index is not what was committed; `problem` is a predicate: `is missing`. */
export function damagedIndex(path: string, problem: string, cause?: unknown): InputOutputError {
  return new InputOutputError(
    `the index ${path} ${problem}. Nothing was changed. Run monitor repair: it can rebuild the index from the session files`,
    { cause },
  );
}
