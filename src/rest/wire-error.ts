/**
 * A request that does not get past the door: wrong JSON, a broken rule, a body too large. The text is complete, no
 * prefix is added.
 * status  HTTP status.
 */
export class WireError extends Error {
  override readonly name = 'WireError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}
