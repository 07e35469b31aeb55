import { parentPort, workerData } from 'node:worker_threads';
import { nodeFiles } from '../../platform/files.ts';
import type { ShardStart, ToShard } from './messages.ts';
import { Shard } from './shard.ts';

/** Runs in a worker: reads the lines of one shard. */
export function serveShard(): void {
  const shard = new Shard(nodeFiles, workerData as ShardStart, (message) => parentPort?.postMessage(message));
  parentPort?.on('message', (message: ToShard) => shard.receive(message));
}
