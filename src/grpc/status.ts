import type { Headers } from './http2/hpack.ts';
import { decodeFailure } from '../../generated/wire.js';
import { type ErrorKind, VectorizerError } from '../core/errors.ts';
import { GrpcError, STATUS, type StatusCode } from './grpc-error.ts';

/** Code and text before the message, by kind of error (SURFACE.md 1.2). */
const KINDS: Record<ErrorKind, { readonly code: StatusCode; readonly prefix: string }> = {
  bad_input: { code: STATUS.invalidArgument, prefix: 'Wrong input: ' },
  bad_request: { code: STATUS.invalidArgument, prefix: 'Bad request: ' },
  checksum_mismatch: { code: STATUS.dataLoss, prefix: 'Checksum mismatch: ' },
  already_exists: { code: STATUS.alreadyExists, prefix: 'Wrong input: ' },
  not_found: { code: STATUS.notFound, prefix: 'Not found: ' },
  forbidden: { code: STATUS.permissionDenied, prefix: 'Forbidden: ' },
  timeout: { code: STATUS.deadlineExceeded, prefix: 'Timeout: ' },
  rate_limited: { code: STATUS.resourceExhausted, prefix: 'Rate limiting exceeded: ' },
  insufficient_storage: { code: STATUS.resourceExhausted, prefix: 'Insufficient storage: ' },
  unavailable: { code: STATUS.unavailable, prefix: 'Shard temporarily unavailable: ' },
  standalone: { code: STATUS.unimplemented, prefix: '' },
  data_damaged: { code: STATUS.internal, prefix: 'Service internal error: ' },
  internal: { code: STATUS.internal, prefix: 'Service internal error: ' },
};

/** How a call ended. */
export interface Status {
  readonly code: StatusCode;
  readonly message: string;
  /** Metadata that goes out with it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Whether somebody who runs the server should hear of it. */
  readonly isOurs: boolean;
}

const NO_METADATA: Readonly<Record<string, string>> = {};

/** How a call that failed with `error` ends. An error of an unknown class is a bug: INTERNAL. */
export function failureStatus(error: unknown): Status {
  if (error instanceof GrpcError) {
    return { code: error.code, message: error.message, metadata: error.metadata, isOurs: false };
  }
  if (error instanceof VectorizerError) {
    const { code, prefix } = KINDS[error.kind];
    const isOurs = code === STATUS.internal;
    return { code, message: prefix + error.message, metadata: metadataOf(error), isOurs };
  }
  const undecodable = decodeFailure(error);
  if (undecodable !== undefined) {
    return { code: STATUS.internal, message: undecodable, metadata: NO_METADATA, isOurs: false };
  }
  const text = error instanceof Error ? error.message : String(error);
  const message = `Service internal error: ${text}`;
  return { code: STATUS.internal, message, metadata: NO_METADATA, isOurs: true };
}

function metadataOf({ kind, retryAfterSeconds }: VectorizerError): Readonly<Record<string, string>> {
  if (kind === 'insufficient_storage') return { 'qdrant-insufficient-storage': '1' };
  return retryAfterSeconds === undefined ? NO_METADATA : { 'retry-after': String(Math.ceil(retryAfterSeconds)) };
}

/** A status as the trailers that end a call. */
export function trailersOf({ code, message, metadata }: Status): Headers {
  return { 'grpc-status': String(code), 'grpc-message': percentEncoded(message), ...metadata };
}

/**
 * gRPC's percent-encoding of messages: bytes of UTF-8 but for printable ASCII without `%`. Where a blank is first or last,
 * blanks are encoded too: HTTP/2 has no such values, and the message would not be sent at all.
 */
function percentEncoded(text: string): string {
  if (PLAIN.test(text)) return text;
  let encoded = '';
  for (const byte of Buffer.from(text)) {
    encoded +=
      byte <= 0x20 || byte > 0x7e || byte === 0x25
        ? `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
        : String.fromCharCode(byte);
  }
  return encoded;
}

const PLAIN = /^(?! )[\x20-\x24\x26-\x7e]*(?<! )$/;
