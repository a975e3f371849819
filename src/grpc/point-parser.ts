import { ParsingThreads } from '../base/parsing-threads.ts';
import { GrpcError } from './grpc-error.ts';
import type { Parse } from './method.ts';
import { POINT_MESSAGES, type PointMessages } from './parse/point-messages.ts';
import type { ParseOutcome, ParseTask } from './point-worker.ts';

/**
 * 1 MiB of vectors takes 0.2 ms here and one of texts 2 ms. The hop to another thread and back keeps this one busy for 0.1 to
 * 0.4 ms, and takes longer than parsing altogether: it is for the others who wait.
 */
const OFFLOAD_BYTES_MIN = 1 << 20;

/** Parses the messages that bring points: small ones at once, large ones on other threads. */
export class PointParser {
  readonly #threads = new ParsingThreads<ParseTask, ParseOutcome>(new URL('./point-worker', import.meta.url));

  /** What is thrown is a GrpcError, or as the parser of the message throws it. A large message is gone afterwards. */
  parse<Name extends keyof PointMessages>(message: Name): Parse<PointMessages[Name]> {
    return (bytes) =>
      bytes.length < OFFLOAD_BYTES_MIN ? POINT_MESSAGES[message](bytes) : this.#parseElsewhere(message, bytes);
  }

  async #parseElsewhere<Name extends keyof PointMessages>(message: Name, given: Buffer): Promise<PointMessages[Name]> {
    const outcome = await this.#threads.run(given, (bytes) => ({ message, bytes }));
    if (outcome.kind === 'refused') throw new GrpcError(outcome.code, outcome.text, outcome.metadata);
    // The thread parsed this message and no other.
    return outcome.request as PointMessages[Name];
  }
}
