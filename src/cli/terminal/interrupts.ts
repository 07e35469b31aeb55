/** Signals and terminal resizes, for a command that runs until it is stopped. */
export interface Interrupts {
  /** Whether a signal asked it to end. */
  readonly isStopped: boolean;
  /** Resolves on such a signal. */
  readonly stopped: Promise<void>;
  /** Resolves after `ms` milliseconds, or at once on a signal or resize. */
  wait: (ms: number) => Promise<void>;
  /** Lets pending events run, and throws Stopped if it should end. */
  check: () => Promise<void>;
  close: () => void;
}

export class Stopped extends Error {}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const idle = (): void => {};

/** Starts to listen. A second signal ends the process. */
export function listenForInterrupts(): Interrupts {
  let isStopped = false;
  let wake = idle;
  let resolveStopped = idle;
  const stopped = new Promise<void>((resolve) => (resolveStopped = resolve));
  const stop = (): void => {
    isStopped = true;
    resolveStopped();
    wake();
  };
  const resize = (): void => wake();
  for (const signal of SIGNALS) process.once(signal, stop);
  process.stdout.on('resize', resize);
  return {
    get isStopped() {
      return isStopped;
    },
    stopped,
    wait: (ms) =>
      new Promise((resolve) => {
        if (isStopped) return resolve();
        const timer = setTimeout(resolve, ms);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      }),
    async check() {
      await new Promise((resolve) => void setImmediate(resolve));
      if (isStopped) throw new Stopped();
    },
    close() {
      for (const signal of SIGNALS) process.off(signal, stop);
      process.stdout.off('resize', resize);
    },
  };
}
