import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { GrpcError, STATUS } from './grpc-error.ts';

/** A message on the wire: a flag (1 = compressed), its length in four bytes, most significant first, and its bytes. */
export const PREFIX_BYTES = 5;

/** Below this a compressed answer saves nothing worth the time. */
const COMPRESS_BYTES_MIN = 1024;
/** Fast: an answer is made once and read once. */
const COMPRESSION = { level: 1 };

const gzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gzip);
const gunzip = promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip);

/** A message as it came. */
export interface RawMessage {
  readonly isCompressed: boolean;
  readonly bytes: Buffer;
}

/**
 * Cuts the messages of one call out of its data as it comes. A message that came in one piece is a view of that; one in
 * several is gathered into an array of its own.
 */
export class MessageReader {
  readonly #maxBytes: number;
  readonly #prefix: Buffer = Buffer.alloc(PREFIX_BYTES);
  #prefixLength = 0;
  #body: Buffer | undefined = undefined;
  #bodyLength = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Whether a message has begun and not ended. */
  get isWithin(): boolean {
    return this.#prefixLength > 0;
  }

  /** Calls `each` with every message that `chunk` completes. Throws GrpcError: over the limit, or an unknown flag. */
  push(chunk: Buffer, each: (message: RawMessage) => void): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body === undefined) {
        const taken = chunk.copy(this.#prefix, this.#prefixLength, at, at + PREFIX_BYTES - this.#prefixLength);
        this.#prefixLength += taken;
        at += taken;
        if (this.#prefixLength < PREFIX_BYTES) return;
        const length = this.#messageLength();
        if (chunk.length - at >= length) {
          each(this.#finished(chunk.subarray(at, at + length)));
          at += length;
          continue;
        }
        // Zeroed memory costs nothing until it is written: a client that promises much and sends little takes none.
        this.#body = Buffer.from(new ArrayBuffer(length));
        this.#bodyLength = 0;
      }
      const copied = chunk.copy(this.#body, this.#bodyLength, at);
      this.#bodyLength += copied;
      at += copied;
      if (this.#bodyLength === this.#body.length) each(this.#finished(this.#body));
    }
  }

  #messageLength(): number {
    const flag = this.#prefix[0] ?? 0;
    if (flag > 1) {
      throw new GrpcError(
        STATUS.internal,
        `protocol error: received message with invalid compression flag: ${flag} (valid flags are 0 and 1) while receiving request`,
      );
    }
    const length = this.#prefix.readUInt32BE(1);
    if (length > this.#maxBytes) throw tooLarge(`${length} bytes`, this.#maxBytes);
    return length;
  }

  #finished(bytes: Buffer): RawMessage {
    this.#body = undefined;
    this.#prefixLength = 0;
    return { isCompressed: this.#prefix[0] === 1, bytes };
  }
}

/** encoding  of the request's header `grpc-encoding`. Throws GrpcError. */
export async function inflated(bytes: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  if (encoding === undefined || encoding === 'identity') {
    throw new GrpcError(
      STATUS.internal,
      'protocol error: received message with compressed-flag but no grpc-encoding was specified',
    );
  }
  try {
    return await gunzip(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    // To translate: what zlib says of the client's bytes.
    if (error instanceof RangeError) throw tooLarge('more', maxBytes);
    throw new GrpcError(
      STATUS.internal,
      `Error decompressing: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function tooLarge(given: string, maxBytes: number): GrpcError {
  return new GrpcError(
    STATUS.resourceExhausted,
    `Error, decoded message length too large: found ${given}, the limit is: ${maxBytes} bytes (service.max_grpc_message_size_mb)`,
  );
}

/** Fills in the prefix of a message that stands behind PREFIX_BYTES of room. */
export function framed(message: Buffer): Buffer {
  message[0] = 0;
  message.writeUInt32BE(message.length - PREFIX_BYTES, 1);
  return message;
}

/** The same message compressed, where that is worth the time. */
export async function compressed(message: Buffer): Promise<Buffer> {
  if (message.length < COMPRESS_BYTES_MIN) return message;
  const body = await gzip(message.subarray(PREFIX_BYTES), COMPRESSION);
  const prefix = Buffer.alloc(PREFIX_BYTES);
  prefix[0] = 1;
  prefix.writeUInt32BE(body.length, 1);
  return Buffer.concat([prefix, body]);
}
