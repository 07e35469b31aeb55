import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';

// Runs before each fast test file, so that it cannot start a program or a browser.
for (const name of ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'] as const) {
  Object.defineProperty(childProcess, name, {
    value() {
      throw new Error(`A fast test must not start a process (${name}). List its file in test/slow.ts.`);
    },
  });
}
syncBuiltinESMExports();
