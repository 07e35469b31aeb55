import { Worker } from 'node:worker_threads';
import type { FromShard, ShardLink, StartShard } from './messages.ts';

/** Starts threads that run `file`, which calls serveShard. */
export function startThread(file: string): StartShard {
  return (start) => {
    const worker = new Worker(file, { workerData: start });
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
