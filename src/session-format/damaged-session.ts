import { InputOutputError } from '../platform/errors.ts';

/** One session's file cannot be used: it is damaged, missing, or not open to this user. Other sessions are not affected. */
export class DamagedSession extends InputOutputError {
  /** What is wrong with it, a predicate: `is missing`. */
  readonly problem: string;

  constructor(problem: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.problem = problem;
  }
}
