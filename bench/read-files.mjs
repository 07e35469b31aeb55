// Reads the session files of a store, and does nothing with them:
//   node bench/read-files.mjs DIR
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

const [dir] = process.argv.slice(2);
const bytes = Buffer.allocUnsafeSlow(1 << 20);
for (const name of readdirSync(dir)) {
  if (name.startsWith('.')) continue;
  const fd = openSync(join(dir, name), 'r');
  while (readSync(fd, bytes, 0, bytes.length, null) > 0);
  closeSync(fd);
}
