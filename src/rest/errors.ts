import { type ErrorKind, VectorizerError } from '../core/errors.ts';
import { FormError } from './upload.ts';
import { WireError } from './wire-error.ts';

/** HTTP status and text before the message, by kind of error (SURFACE.md 1.2). */
const KINDS: Record<ErrorKind, { readonly status: number; readonly prefix: string }> = {
  bad_input: { status: 400, prefix: 'Wrong input: ' },
  bad_request: { status: 400, prefix: 'Bad request: ' },
  checksum_mismatch: { status: 400, prefix: 'Checksum mismatch: ' },
  already_exists: { status: 409, prefix: 'Wrong input: ' },
  not_found: { status: 404, prefix: 'Not found: ' },
  forbidden: { status: 403, prefix: 'Forbidden: ' },
  timeout: { status: 408, prefix: 'Timeout: ' },
  rate_limited: { status: 429, prefix: 'Rate limiting exceeded: ' },
  insufficient_storage: { status: 507, prefix: 'Insufficient storage: ' },
  unavailable: { status: 503, prefix: 'Shard temporarily unavailable: ' },
  standalone: { status: 405, prefix: '' },
  data_damaged: { status: 500, prefix: 'Service internal error: ' },
  internal: { status: 500, prefix: 'Service internal error: ' },
};

export interface ErrorAnswer {
  readonly status: number;
  readonly message: string;
  /** Whether somebody who runs the server should hear of it. */
  readonly isOurs: boolean;
}

/** The answer to a request that failed with `error`. An error of an unknown class is a bug: 500. */
export function errorAnswer(error: unknown): ErrorAnswer {
  if (error instanceof WireError) return { status: error.status, message: error.message, isOurs: false };
  if (error instanceof FormError) return { status: 400, message: error.message, isOurs: false };
  if (error instanceof VectorizerError) {
    const { status, prefix } = KINDS[error.kind];
    return { status, message: prefix + error.message, isOurs: status === 500 };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { status: 500, message: `Service internal error: ${text}`, isOurs: true };
}
