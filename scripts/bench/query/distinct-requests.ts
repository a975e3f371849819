/** Stands in a body where digits are written anew for each request. */
export const STAMP = '#####';
const STAMP_VALUES = 10 ** STAMP.length;
/** Prime to STAMP_VALUES, and far enough that two neighbours differ as f32. */
const STEP = 7;

/**
 * Requests made beforehand, none of which is sent twice: where a body is marked, a few late decimals of its vectors are
 * others each time, which moves no neighbour and makes every vector a new one.
 */
export class DistinctRequests {
  readonly #requests: readonly Buffer[];
  readonly #stamps: readonly (readonly number[])[];
  #at = -1;
  #sent = 0;

  constructor(requests: readonly Buffer[]) {
    this.#requests = requests;
    this.#stamps = requests.map(stampsOf);
  }

  /** A view of one request, good until as many more as were made have been asked for. */
  next(): Buffer {
    this.#at = (this.#at + 1) % this.#requests.length;
    const request = this.#requests[this.#at] as Buffer;
    const stamps = this.#stamps[this.#at] ?? [];
    this.#sent += 1;
    for (const stamp of stamps) writeDigits(request, stamp, (this.#sent * STEP) % STAMP_VALUES);
    return request;
  }

  /** Whether a request was sent twice as it is. */
  get hasRepeated(): boolean {
    const distinct = this.#requests.length * (this.#stamps[0]?.length === 0 ? 1 : STAMP_VALUES / STEP);
    return this.#sent > distinct;
  }
}

function stampsOf(request: Buffer): readonly number[] {
  const places: number[] = [];
  for (let at = request.indexOf(STAMP); at >= 0; at = request.indexOf(STAMP, at + STAMP.length)) places.push(at);
  return places;
}

function writeDigits(target: Buffer, start: number, value: number): void {
  let rest = value;
  for (let at = start + STAMP.length - 1; at >= start; at -= 1) {
    target[at] = 0x30 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
}
