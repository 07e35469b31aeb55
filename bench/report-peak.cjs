// Preloaded into a measured program. When it exits, this writes its peak memory in KiB to the file $BENCH_PEAK. It
// reads VmHWM, because the peak that getrusage reports includes the memory of the process that forked it.
const { readFileSync, writeFileSync } = require('node:fs');
const { isMainThread } = require('node:worker_threads');

if (isMainThread) {
  process.on('exit', () => {
    const [, kilobytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'));
    writeFileSync(process.env.BENCH_PEAK, kilobytes);
  });
}
