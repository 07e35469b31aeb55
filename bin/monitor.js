#!/usr/bin/env node
const { start } = load();
start(process.argv.slice(2)).then((code) => (process.exitCode = code));

/** A clone has no dist until it is built. */
function load() {
  try {
    return require('../dist/start.cjs');
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND' || error.requireStack?.[0] !== __filename) throw error;
    process.stderr.write(
      'monitor: the program is not built yet. In its folder, run: npm ci && npm run build\n',
    );
    process.exit(74);
  }
}
