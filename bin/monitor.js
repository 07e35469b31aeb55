#!/usr/bin/env node
// Cron starts `parse` every minute: it has a file of its own, which no other command has to load.
const { start } = require(process.argv[2] === 'parse' ? '../dist/parse.cjs' : '../dist/start.cjs');
start(process.argv.slice(2)).then((code) => (process.exitCode = code));
