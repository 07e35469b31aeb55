// For `node --import`: kills the process right after its n-th rename, KILL_AT.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { renameSync } = fs;
let left = Number(process.env.KILL_AT);
fs.renameSync = (from, to) => {
  renameSync(from, to);
  if (--left === 0) process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();
