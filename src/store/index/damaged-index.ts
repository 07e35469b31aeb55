import { InputOutputError } from '../../platform/errors.ts';

/** A file of the index has a format of a later version. */
export function newerIndex(path: string, format: number): InputOutputError {
  return new InputOutputError(
    `the index ${path} was written by a newer version of monitor (format ${format}): update monitor`,
  );
}

/** A file of the index is not what was committed; `problem` is a predicate: `is missing`. */
export function damagedIndex(path: string, problem: string, cause?: unknown): InputOutputError {
  return new InputOutputError(
    `the index ${path} ${problem}. Nothing was changed. Run monitor repair: it can rebuild the index from the session files`,
    { cause },
  );
}
