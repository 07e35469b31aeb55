#!/usr/bin/env node
// Cron starts `parse` every minute: it has a file of its own, which no other command has to load.
const { start } = load(process.argv[2] === 'parse' ? '../dist/parse.cjs' : '../dist/start.cjs');
start(process.argv.slice(2)).then((code) => (process.exitCode = code));

/** A clone has no dist until it is built. */
function load(file) {
  try {
    return require(file);
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND' || error.requireStack?.[0] !== __filename) throw error;
    process.stderr.write(
      'monitor: the program is not built yet. In its folder, run: npm ci && npm run build\n',
    );
    process.exit(74);
  }
}
