/** Exit codes of the program; the contract stands in docs/commands.md. */
export const ExitCode = { ok: 0, no: 1, usage: 2, fault: 70, io: 74, busy: 75 } as const;

/** An error a person can act on: the message says what, where and what to do. No stack is shown. */
export class MonitorError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** The answer is no: a session that is not there, unpriced rounds under --strict. `''`: stdout has said it already. */
export class NoAnswer extends MonitorError {
  constructor(message: string) {
    super(ExitCode.no, message);
  }
}

/** The command was called wrongly. */
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

/** Another run holds the store. */
export class BusyError extends MonitorError {
  constructor(message: string) {
    super(ExitCode.busy, message);
  }
}

/** The program noticed a mistake of its own. The message is shown, so it must not quote a log. */
export class Fault extends Error {}

/** The operating system refused: no space, no permission, a broken disk. Of a file that stays open for long, its message names none. */
export function isSystemError(error: unknown): error is Error & { syscall: unknown } {
  return error instanceof Error && 'syscall' in error;
}
