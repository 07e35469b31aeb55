/** Ctrl-C and the like, and a terminal that changes its size, for a command that goes on until it is told to end. */
export interface Interrupts {
  /** Somebody wants it to end. */
  readonly isStopped: boolean;
  /** Resolves after so many milliseconds, or at once when something happens. */
  wait: (ms: number) => Promise<void>;
  /** Lets what waits happen, and throws Stopped where it is to end. */
  check: () => Promise<void>;
  close: () => void;
}

export class Stopped extends Error {}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

const idle = (): void => {};

/** Listens from now on; a second signal ends the process as if nobody listened. */
export function listenForInterrupts(): Interrupts {
  let isStopped = false;
  let wake = idle;
  const stop = (): void => {
    isStopped = true;
    wake();
  };
  const resize = (): void => wake();
  for (const signal of SIGNALS) process.once(signal, stop);
  process.stdout.on('resize', resize);
  return {
    get isStopped() {
      return isStopped;
    },
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
