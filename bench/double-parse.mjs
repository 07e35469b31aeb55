// The baseline for `monitor parse`: calls JSON.parse on each line of a log and on its ai_log, and does nothing else.
//   node bench/double-parse.mjs LOG…
import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK_BYTES = 1 << 20;
const done = { lines: 0, rounds: 0 };

for (const path of process.argv.slice(2)) {
  const fd = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let carried = [];
  for (let length = readSync(fd, chunk); length > 0; length = readSync(fd, chunk)) {
    let from = 0;
    for (let end = chunk.indexOf(0x0a); end >= 0 && end < length; end = chunk.indexOf(0x0a, from)) {
      const line = chunk.subarray(from, end);
      take(carried.length === 0 ? line : Buffer.concat([...carried, line]));
      carried = [];
      from = end + 1;
    }
    carried.push(Buffer.from(chunk.subarray(from, length)));
  }
  closeSync(fd);
}
console.log(`${done.lines} lines, ${done.rounds} rounds`);

function take(bytes) {
  done.lines++;
  const line = JSON.parse(bytes.toString());
  if (line.ai_log === '-') return;
  JSON.parse(line.ai_log);
  done.rounds++;
}
