import type { Files } from '../../platform/files.ts';
import type { FromShard, ShardLink, StartShard, ToShard } from './messages.ts';
import { Shard } from './shard.ts';

/**
 * The shard of the reading thread itself. Each message arrives in a turn of the event loop of its own, so that what threads
 * say is heard in between.
 */
export function startHere(files: Files): StartShard {
  return (start) => {
    let isClosed = false;
    let last: Promise<void> = Promise.resolve();
    const shard = new Shard(files, start, (message: FromShard) =>
      queueMicrotask(() => {
        if (!isClosed) link.onMessage(message);
      }),
    );
    const link: ShardLink = {
      post(message: ToShard) {
        last = last.then(nextTurn).then(() => {
          if (!isClosed) shard.receive(message);
        });
      },
      onMessage: () => undefined,
      onFailure: () => undefined,
      async close() {
        isClosed = true;
        shard.stop();
        // By then it is through with its line.
        await nextTurn();
        shard.close();
      },
    };
    return link;
  };
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
