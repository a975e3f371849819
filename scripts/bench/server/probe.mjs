// Preloaded into a server under test (NODE_OPTIONS=--import): on SIGUSR2 it writes the V8 heap and the longest stop of
// the event loop since the last signal to the file that VECTORIZER_PROBE_FILE names.
import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const file = process.env.VECTORIZER_PROBE_FILE;

if (isMainThread && file !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  process.on('SIGUSR2', () => {
    const { max } = delays;
    // Twice: what finalizers of the first round let go of is memory too.
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, heapTotal, external, arrayBuffers } = process.memoryUsage();
    // The histogram measures from one timer to the next: the timer's own millisecond is no stop.
    const longestStopMs = Math.max(0, max / 1e6 - 1);
    writeFileSync(`${file}.new`, JSON.stringify({ heapUsed, heapTotal, external, arrayBuffers, longestStopMs }));
    renameSync(`${file}.new`, file);
    delays.reset();
  });
}
