// Loaded before the program that is measured: when that ends, its peak memory (KiB) is written to the file $BENCH_PEAK.
// This is VmHWM, because the peak of getrusage starts with the memory of the process that forked it.
const { readFileSync, writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  process.on('exit', () => {
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'));
    writeFileSync(process.env.BENCH_PEAK, kilobytes);
  });
}
