import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { lowerThreadPriority, THREAD_LINK } from '../observe/thread-priority.ts';
import type { Sha256Answer, Sha256Request } from './sha256.ts';

// Searches and updates come first.
lowerThreadPriority(19, THREAD_LINK);

const hash = createHash('sha256');

parentPort?.on('message', (request: Sha256Request) => {
  const answer: Sha256Answer = request === 'digest' ? { digest: hash.digest('hex') } : update(request.piece);
  parentPort?.postMessage(answer);
});

function update(piece: Uint8Array): 'done' {
  hash.update(piece);
  return 'done';
}
