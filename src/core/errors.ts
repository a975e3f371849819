/**
 * The errors that leave the core. A kind says what went wrong; the door knows the status that Qdrant gives it
 * (SURFACE.md 1.2). `message` is Qdrant's text without the prefix that belongs to the kind (`Wrong input: ` …):
 * the door puts that before it.
 */
export type ErrorKind =
  | 'bad_input' // 400 `Wrong input: `
  | 'bad_request' // 400 `Bad request: `
  | 'checksum_mismatch' // 400 `Checksum mismatch: `
  | 'already_exists' // 409 `Wrong input: `
  | 'not_found' // 404 `Not found: `
  | 'forbidden' // 403 `Forbidden: `
  | 'timeout' // 408 `Timeout: `
  | 'rate_limited' // 429 `Rate limiting exceeded: `
  | 'insufficient_storage' // 507 `Insufficient storage: `
  | 'unavailable' // 503 `Shard temporarily unavailable: `
  | 'standalone' // 405, no prefix
  | 'data_damaged' // 500 `Service internal error: `
  | 'internal'; // 500 `Service internal error: `

/** An error with a kind that every door can translate. Errors of other classes are bugs and answer 500. */
export class VectorizerError extends Error {
  override readonly name = 'VectorizerError';
  readonly kind: ErrorKind;
  /** Of rate_limited: when to try again; undefined: never, as it is. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    options?: ErrorOptions & { readonly retryAfterSeconds?: number | undefined },
  ) {
    super(message, options);
    this.kind = kind;
    this.retryAfterSeconds = options?.retryAfterSeconds;
  }
}

/** What the user sent cannot be accepted by the collection: 400 `Wrong input: …`. */
export function badInput(message: string): VectorizerError {
  return new VectorizerError('bad_input', message);
}

/** The request makes no sense as a whole: 400 `Bad request: …`. */
export function badRequest(message: string): VectorizerError {
  return new VectorizerError('bad_request', message);
}

/** 404 `Not found: …`. */
export function notFound(message: string): VectorizerError {
  return new VectorizerError('not_found', message);
}

/** What Qdrant says of a shard key that a collection does not have. */
export function unknownShardKey(key: string | bigint): string {
  return `Shard key ${typeof key === 'string' ? `"${key}"` : key} not found`;
}

/** A file does not hold what it promised. `place` names the file and the byte offset. */
export function dataDamaged(place: string, finding: string, cause?: unknown): VectorizerError {
  return new VectorizerError('data_damaged', `${place}: ${finding}`, { cause });
}

/**
 * A request uses what Qdrant has and this version does not have yet: 400, naming the feature.
 * Nothing is silently ignored.
 */
export function notSupported(feature: string): VectorizerError {
  return new VectorizerError('bad_request', `${feature} is not supported by this version of Vectorizer yet`);
}

/** A request asks for more than this version gives at once: in the words of Qdrant's strict mode. */
export function limitExceeded(name: string, given: number, most: number): VectorizerError {
  const help = `Reduce the "${name}" parameter to or below ${most}.`;
  return badRequest(`Limit exceeded ${given} > ${most} for "${name}". Help: ${help}`);
}
