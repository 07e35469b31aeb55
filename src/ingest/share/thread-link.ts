import { Worker } from 'node:worker_threads';
import type { FromShard, ShardLink, StartShard } from './messages.ts';

/**
 * Three times 8 MiB for new objects, as `growOnce` gives them: its flags are those of the process, and all threads set
 * them.
 */
const LIMITS = { maxYoungGenerationSizeMb: 24 };

/** Starts threads that run `file`, which calls serveShard. */
export function startThread(file: string): StartShard {
  return (start) => {
    const worker = new Worker(file, { workerData: start, resourceLimits: LIMITS });
    const link: ShardLink = {
      post: (message) => worker.postMessage(message),
      onMessage: () => undefined,
      onFailure: () => undefined,
      async close() {
        await worker.terminate();
      },
    };
    worker.on('message', (message: FromShard) => link.onMessage(message));
    worker.on('error', (error) => link.onFailure(error));
    worker.on('exit', () => link.onFailure(new Error('it ended')));
    return link;
  };
}
