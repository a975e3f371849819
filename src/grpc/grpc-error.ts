/** gRPC's status codes, as far as this door gives them. */
export const STATUS = {
  ok: 0,
  cancelled: 1,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
} as const;

export type StatusCode = (typeof STATUS)[keyof typeof STATUS];

/** What is wrong with a call as far as the door itself can tell: code and message go out as they are. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError';
  readonly code: StatusCode;
  readonly metadata: Readonly<Record<string, string>>;

  constructor(code: StatusCode, message: string, metadata: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.metadata = metadata;
  }
}

/** A request that cannot be converted, in Qdrant's bare words. */
export function invalidArgument(message: string): GrpcError {
  return new GrpcError(STATUS.invalidArgument, message);
}
