import { Worker } from 'node:worker_threads';
import { readBytes, withFile, type Files } from './files.ts';

const LIMITS = '/proc/self/limits';

/** False if the address space is limited (`ulimit -v`): a thread that runs out of it would end the whole process. */
export function mayHaveThreads(files: Files): boolean {
  if (!files.stat(LIMITS)) return true;
  const limits = withFile(files, LIMITS, 'read', (fd) => readBytes(files, fd, 0, 4096)).toString();
  return !/^Max address space +\d/m.test(limits);
}

interface Job<Task, Result> {
  task: Task;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Threads that run the same file. Each takes one task at a time, as a message, and posts one message as its result. If
 * one thread fails, the pool is broken and rejects all tasks from then on, so callers need a way to do without it.
 */
export class WorkerPool<Task, Result> {
  readonly #workers: Worker[] = [];
  readonly #idle: Worker[] = [];
  readonly #running = new Map<Worker, Job<Task, Result>>();
  #waiting: Job<Task, Result>[] = [];
  #failure: Error | undefined;

  /**
   * `data` is each thread's `workerData`. If the system refuses some threads, the pool is smaller; if all, it is
   * broken.
   */
  constructor(file: string, threads: number, data: unknown) {
    try {
      for (let i = 0; i < threads; i++) this.#add(new Worker(file, { workerData: data }), file);
    } catch (error) {
      if (this.#workers.length === 0) this.#fail(error as Error);
    }
  }

  /** A thread's result for the task. Rejects if the pool is broken, or breaks in the meantime. */
  run(task: Task): Promise<Result> {
    return new Promise((resolve, reject) => {
      if (this.#failure) reject(this.#failure);
      else this.#start({ task, resolve, reject });
    });
  }

  async close(): Promise<void> {
    this.#fail(new Error('the pool is closed'));
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #add(worker: Worker, file: string): void {
    worker.on('message', (result: Result) => this.#answer(worker, result));
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new Error(`a thread of ${file} ended`)));
    this.#workers.push(worker);
    this.#idle.push(worker);
  }

  #start(job: Job<Task, Result>): void {
    const worker = this.#idle.pop();
    if (worker) {
      this.#running.set(worker, job);
      worker.postMessage(job.task);
    } else {
      this.#waiting.push(job);
    }
  }

  #answer(worker: Worker, result: Result): void {
    this.#running.get(worker)?.resolve(result);
    this.#running.delete(worker);
    this.#idle.push(worker);
    const next = this.#waiting.shift();
    if (next) this.#start(next);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const job of [...this.#running.values(), ...this.#waiting]) job.reject(this.#failure);
    this.#running.clear();
    this.#waiting = [];
  }
}
