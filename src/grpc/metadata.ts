import type { Headers } from './http2/hpack.ts';
import { GrpcError, STATUS } from './grpc-error.ts';

const TIMEOUT = /^(\d{1,8})([HMSmun])$/;
const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1_000, m: 1, u: 1e-3, n: 1e-6 };
/** Node's timers take no more milliseconds than this. */
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * Milliseconds that the client gives the call (`grpc-timeout`); undefined = as long as it takes. One that makes no sense is
 * none, as in Qdrant's transport.
 */
export function timeoutMsOf(headers: Headers): number | undefined {
  const match = TIMEOUT.exec(headers['grpc-timeout'] ?? '');
  if (match === null) return undefined;
  return Math.min(Number(match[1]) * (UNIT_MS[match[2] ?? ''] ?? 0), TIMER_MAX_MS);
}

const ACCEPTED = { 'grpc-accept-encoding': 'gzip,identity' };

/** The encoding of compressed messages of a request. Throws GrpcError for one that is not read. */
export function encodingOf(headers: Headers): string | undefined {
  const encoding = headers['grpc-encoding'];
  if (encoding === undefined || encoding === 'gzip' || encoding === 'identity') return encoding;
  throw new GrpcError(
    STATUS.unimplemented,
    `Content is compressed with \`${encoding}\` which isn't supported`,
    ACCEPTED,
  );
}

/** Whether answers may be compressed with gzip. */
export function acceptsGzip(headers: Headers): boolean {
  return headers['grpc-accept-encoding']?.split(',').some((name) => name.trim() === 'gzip') ?? false;
}
