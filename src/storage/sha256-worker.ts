import { createHash } from 'node:crypto';
import { openSync, readSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { lowerThreadPriority, THREAD_LINK } from '../observe/thread-priority.ts';
import type { Sha256Request } from './sha256.ts';

/** Fits the caches. */
const PIECE_BYTES = 1 << 20;

// Searches and updates come first.
lowerThreadPriority(19, THREAD_LINK);

const path = String(workerData);
// Closed when the thread ends, which is soon.
const file = openSync(path, 'r');
const hash = createHash('sha256');
const piece = Buffer.allocUnsafeSlow(PIECE_BYTES);
let position = 0;

parentPort?.on('message', (request: Sha256Request) => {
  if (request === 'digest') parentPort?.postMessage(hash.digest('hex'));
  else digestUpTo(request.upTo);
});

function digestUpTo(end: number): void {
  while (position < end) {
    const count = readSync(file, piece, 0, Math.min(PIECE_BYTES, end - position), position);
    if (count === 0) throw new Error(`${path} ends at byte ${position}, and ${end} were written`);
    hash.update(piece.subarray(0, count));
    position += count;
  }
}
