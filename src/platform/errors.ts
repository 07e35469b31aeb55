/** Exit codes of the program. docs/commands.md is the contract. */
export const ExitCode = { ok: 0, no: 1, usage: 2, near: 3, fault: 70, io: 74, busy: 75 } as const;

/**
 * An error that a person can act on. The message says what failed, where, and what to do; no stack is shown. It quotes
 * paths and arguments as they are: `printableMessage` makes it safe. It may end in a list, whose lines are indented.
 */
export class MonitorError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The answer is no: no such session, unpriced rounds with --strict. `''` if stdout already says so. */
export class NoAnswer extends MonitorError {
  constructor(message: string) {
    super(ExitCode.no, message);
  }
}

/** The command line is wrong. */
export class UsageError extends MonitorError {
  constructor(message: string) {
    super(ExitCode.usage, message);
  }
}

/** Input or output failed: no log, an unreadable store, a full disk. */
export class InputOutputError extends MonitorError {
  constructor(message: string, options?: ErrorOptions) {
    super(ExitCode.io, message, options);
  }
}

/** Another run holds the lock. */
export class BusyError extends MonitorError {
  constructor(message: string) {
    super(ExitCode.busy, message);
  }
}

/** A bug that the program detected in itself. The message is shown, so it must not quote a log. */
export class Fault extends Error {}

/** An error of the operating system: no space, no permission, a broken disk. Its message may not name the file. */
export function isSystemError(error: unknown): error is Error & { syscall: unknown } {
  return error instanceof Error && 'syscall' in error;
}

/** Node's error code (`ENOSPC`, `EACCES` …), or `''`. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
