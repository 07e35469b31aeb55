import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { nodeFiles, type Files } from '../../../src/platform/files.ts';
import type { Threads } from '../../../src/ingest/options.ts';
import type { ShardLink, StartShard } from '../../../src/ingest/share/messages.ts';
import type { Shard } from '../../../src/ingest/share/shard.ts';

type ShardModule = typeof import('../../../src/ingest/share/shard.ts');

const require = createRequire(import.meta.url);
const modules: ShardModule[] = [];

/** As threads do, workers share no module: the fast path's texts are valid until it reads the next line. */
function moduleOf(shard: number): ShardModule {
  return (modules[shard] ??= load());
}

function load(): ShardModule {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-'));
  const outfile = join(folder, 'shard.cjs');
  const entryPoints = ['src/ingest/share/shard.ts'];
  buildSync({ entryPoints, bundle: true, platform: 'node', outfile, logLevel: 'error' });
  const loaded = require(outfile) as ShardModule;
  rmSync(folder, { recursive: true });
  return loaded;
}

/** When messages arrive: after how many turns of the event loop. */
type Delay = () => number;

/** Different on each call, and the same in each run. */
export function irregular(seed = 1): Delay {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return (state >>> 16) % 6;
  };
}

/**
 * Workers in this thread: each message is copied, and arrives later, in the order in which it was sent.
 * `failures`: why they gave up.
 */
export function inProcess(
  jobs: number,
  files: Files = nodeFiles,
  delay: Delay = irregular(),
): Threads & { failures: string[] } {
  const failures: string[] = [];
  const start: StartShard = (given) => {
    let isClosed = false;
    const toShard = new Mail(delay, (message: Parameters<Shard['receive']>[0]) => {
      if (!isClosed) shard.receive(message);
    });
    const link: ShardLink = {
      post: (message) => toShard.send(message),
      onMessage: () => undefined,
      onFailure: () => undefined,
      close() {
        isClosed = true;
        return Promise.resolve();
      },
    };
    const toRun = new Mail(delay, (message: Parameters<ShardLink['onMessage']>[0]) => {
      if (isClosed) return;
      if (message.kind === 'failed') failures.push(message.message);
      link.onMessage(message);
    });
    const { Shard } = moduleOf(given.shard);
    const shard = new Shard(files, structuredClone(given), (message) => toRun.send(message));
    return link;
  };
  return { jobs, worth: 0, start, failures };
}

class Mail<Message> {
  readonly #delay: Delay;
  readonly #deliver: (message: Message) => void;
  #last: Promise<void> = Promise.resolve();

  constructor(delay: Delay, deliver: (message: Message) => void) {
    this.#delay = delay;
    this.#deliver = deliver;
  }

  send(message: Message): void {
    const copy = structuredClone(message);
    this.#last = this.#last.then(async () => {
      for (let turns = this.#delay(); turns > 0; turns--)
        await new Promise((resolve) => setImmediate(resolve));
      this.#deliver(copy);
    });
  }
}
