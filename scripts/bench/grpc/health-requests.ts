import type { GrpcRequests } from './load-program.ts';
import type { MessageFolder } from './message-file.ts';

export const HEALTH_CHECK = '/qdrant.Qdrant/HealthCheck';

/** Of a Query of 768 numbers. */
export const LARGE_BYTES = 3100;
/** Of a field that the message does not have, with a length: 15 << 3 | 2. */
const UNKNOWN_TAG = 0x7a;

export function healthRequests(folder: MessageFolder): GrpcRequests {
  return requestsOf(folder, Buffer.alloc(0));
}

/** As many bytes as a Query, of which the method knows none. */
export function largeHealthRequests(folder: MessageFolder): GrpcRequests {
  const message = Buffer.alloc(LARGE_BYTES, 1);
  const length = LARGE_BYTES - 3;
  message.set([UNKNOWN_TAG, (length & 0x7f) | 0x80, length >> 7]);
  return requestsOf(folder, message);
}

function requestsOf(folder: MessageFolder, message: Uint8Array): GrpcRequests {
  const messages = folder.write(`health-${message.length}`, [message]);
  return { method: HEALTH_CHECK, messages, stampAt: undefined, count: 1 };
}
