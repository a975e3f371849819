import type { GeoPoint } from '../core/filter.ts';

/** Where a point lies with respect to a closed ring. */
const OUTSIDE = 0;
const ON_EDGE = 1;
const INSIDE = 2;

/**
 * Whether a point is inside the outer ring and outside of every inner one, edges excluded, in the plane of longitude
 * and latitude. Rings are closed; what they wind around more than once is inside.
 *
 * Source  geo 0.29, `coord_pos_relative_to_ring`: which points are on an edge is decided without rounding.
 */
export function isInPolygon(
  exterior: readonly GeoPoint[],
  interiors: readonly (readonly GeoPoint[])[],
  lon: number,
  lat: number,
): boolean {
  if (ringPosition(exterior, lon, lat) !== INSIDE) return false;
  for (const interior of interiors) if (ringPosition(interior, lon, lat) !== OUTSIDE) return false;
  return true;
}

function ringPosition(ring: readonly GeoPoint[], lon: number, lat: number): number {
  let windings = 0;
  let start = ring[0];
  if (start === undefined) return OUTSIDE;
  for (let index = 1; index < ring.length; index++) {
    const end = ring[index];
    if (end === undefined) break;
    // Only an edge that reaches the point's latitude can hold it or be crossed by the ray to the east of it.
    const isUpward = start.lat <= lat && end.lat >= lat;
    const isDownward = start.lat > lat && end.lat <= lat;
    if (isUpward || isDownward) {
      const side = sideOf(start, end, lon, lat);
      if (side === 0 && isBetween(lon, start.lon, end.lon)) return ON_EDGE;
      if (isUpward && side > 0 && end.lat !== lat) windings++;
      else if (isDownward && side < 0) windings--;
    }
    start = end;
  }
  return windings === 0 ? OUTSIDE : INSIDE;
}

function isBetween(value: number, a: number, b: number): boolean {
  return a < b ? value >= a && value <= b : value >= b && value <= a;
}

/** Source: Shewchuk 1997, Adaptive Precision Floating-Point Arithmetic; error bound A of orient2d. */
const ROUNDING = (3 + 16 * 2 ** -53) * 2 ** -53;

/** Positive, negative or zero as the point is left of, right of or on the line from `start` to `end`. */
function sideOf(start: GeoPoint, end: GeoPoint, lon: number, lat: number): number {
  const left = (start.lon - lon) * (end.lat - lat);
  const right = (start.lat - lat) * (end.lon - lon);
  const difference = left - right;
  if (Math.abs(difference) > ROUNDING * (Math.abs(left) + Math.abs(right))) return difference;
  return exactSide(start, end, lon, lat);
}

function exactSide(start: GeoPoint, end: GeoPoint, lon: number, lat: number): number {
  const x = exact(lon);
  const y = exact(lat);
  const left = (exact(start.lon) - x) * (exact(end.lat) - y);
  const right = (exact(start.lat) - y) * (exact(end.lon) - x);
  return left > right ? 1 : left < right ? -1 : 0;
}

const word = new DataView(new ArrayBuffer(8));

/** A double as an integer number of 2^-1074, which every double is. */
function exact(value: number): bigint {
  word.setFloat64(0, value);
  const bits = word.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const size = exponent === 0n ? fraction : (fraction | (1n << 52n)) << (exponent - 1n);
  return value < 0 ? -size : size;
}
