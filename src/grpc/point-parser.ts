import { Piscina } from 'piscina';

import { GrpcError } from './grpc-error.ts';
import type { Parse } from './method.ts';
import { POINT_MESSAGES, type PointMessages } from './parse/point-messages.ts';
import type { ParseOutcome, ParseTask } from './point-worker.ts';

/**
 * 1 MiB of vectors takes 0.2 ms here and one of texts 2 ms. The hop to another thread and back keeps this one busy for 0.1 to
 * 0.4 ms, and takes longer than parsing altogether: it is for the others who wait.
 */
const OFFLOAD_BYTES_MIN = 1 << 20;
/** Two keep up with more than the log can take; idle ones end, since each holds some 10 MB. */
const THREADS_MAX = 2;
const IDLE_MS = 2_000;

/**
 * Parses the messages that bring points: small ones at once, large ones on other threads, so that a search never waits for
 * somebody's upload to be parsed. Bytes go there and columns and payloads come back by transfer, without a copy. Idle
 * threads end by themselves, and keep no process up.
 */
export class PointParser {
  #pool: Piscina<ParseTask, ParseOutcome> | undefined = undefined;

  /** What is thrown is a GrpcError, or as the parser of the message throws it. A large message is gone afterwards. */
  parse<Name extends keyof PointMessages>(message: Name): Parse<PointMessages[Name]> {
    return (bytes) =>
      bytes.length < OFFLOAD_BYTES_MIN ? POINT_MESSAGES[message](bytes) : this.#parseElsewhere(message, bytes);
  }

  async #parseElsewhere<Name extends keyof PointMessages>(message: Name, given: Buffer): Promise<PointMessages[Name]> {
    this.#pool ??= openPool();
    const bytes = ownBytes(given);
    const outcome = await this.#pool.run({ message, bytes }, { transferList: [bytes] });
    if (outcome.kind === 'refused') throw new GrpcError(outcome.code, outcome.text, outcome.metadata);
    // The thread parsed this message and no other.
    return outcome.request as PointMessages[Name];
  }
}

function openPool(): Piscina<ParseTask, ParseOutcome> {
  // The build turns .ts into .js, but only in imports.
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new Piscina({
    filename: new URL(`./point-worker.${extension}`, import.meta.url).href,
    name: 'parsePoints',
    minThreads: 0,
    maxThreads: THREADS_MAX,
    idleTimeout: IDLE_MS,
  });
}

/** The bytes of a message in a buffer that holds nothing else, and so can be handed over. */
function ownBytes(message: Buffer): ArrayBuffer {
  const { buffer } = message;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === message.length) return buffer;
  return buffer.slice(message.byteOffset, message.byteOffset + message.length) as ArrayBuffer;
}
