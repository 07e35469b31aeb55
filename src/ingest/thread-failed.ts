/** A thread could not do its part. Its message is empty if that says nothing about this machine, but about a line. */
export class ThreadFailed extends Error {
  constructor(cause: unknown) {
    super(textOf(cause), { cause });
  }
}

function textOf(cause: unknown): string {
  if (cause instanceof Error && 'isMisled' in cause && cause.isMisled === true) return '';
  const why = cause instanceof Error ? cause.message : String(cause);
  return `a thread that read logs failed (${why}); this run went on without threads`;
}
