const CONTINUED = 0x80;

/** Bytes of a varint below 2^53. */
export function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = value; rest >= CONTINUED; rest = Math.floor(rest / CONTINUED)) bytes++;
  return bytes;
}

/** So many bytes with their length before them. */
export function withLength(bytes: number): number {
  return varintBytes(bytes) + bytes;
}
