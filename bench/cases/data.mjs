// The data of the cases. It is made in other processes, so that the measuring process stays small.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fileOf = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** A log with the options of make-log.mjs; returns its path and what make-log.mjs prints. */
export function makeLog(folder, name, options) {
  const path = join(folder, name);
  return { path, ...JSON.parse(call('make-log.mjs', path, options)) };
}

/** A log with nothing to store: parsing it takes as long as starting the program. */
export function makeEmptyLog(folder) {
  const path = join(folder, 'empty.log');
  writeFileSync(path, '{"ai_log":"-","path":"/healthz"}\n');
  return path;
}

/** A store with the options of make-store.mjs; returns its folder and the id of a session with a file. */
export function makeStore(folder, name, options) {
  const dir = join(folder, name);
  return { dir, session: call('make-store.mjs', dir, options) };
}

function call(script, path, options) {
  const args = Object.entries(options).map(([key, value]) =>
    value === true ? `--${key}` : `--${key}=${value}`,
  );
  const { status, stdout, stderr } = spawnSync(process.execPath, [fileOf(script), path, ...args], {
    encoding: 'utf8',
  });
  if (status === 0) return stdout.trim();
  throw new Error(`${script} exited with code ${status}: ${stderr}`);
}

/** Total size of the files in a folder, in bytes. */
export function bytesOf(dir) {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
