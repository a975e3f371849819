import { JSON_ARRAY, JSON_FLOATS } from '../../base/json/json-tree.ts';
import type { FieldPredicate, GeoPoint } from '../../core/filter.ts';
import { plainText } from '../../base/number-text.ts';
import { type Decoding, elements, optional } from './decoding.ts';
import { FormatError, missingField, wrongFirstNumber, wrongType } from './format-error.ts';
import { decodeFloat } from './scalars.ts';
import { structFields } from './struct-fields.ts';

const RING_POINTS_MIN = 4;
/** Qdrant takes the ends of a ring for one point where they are no farther apart than f64's epsilon. */
const SAME_DEGREES_MAX = Number.EPSILON;

export function decodeGeoBox(decoding: Decoding, node: number): FieldPredicate {
  const fields = structFields(decoding.tree, node, 'struct GeoBoundingBox', 2);
  // serde_value keeps the fields of a map in the order of their names, but misses them in that of the struct.
  const right = fields.get('bottom_right');
  const left = fields.get('top_left');
  const bottomRight = right === undefined ? undefined : decodeGeoPoint(decoding, right);
  const topLeft = left === undefined ? undefined : decodeGeoPoint(decoding, left);
  if (topLeft === undefined) throw missingField('top_left');
  if (bottomRight === undefined) throw missingField('bottom_right');
  return { kind: 'geo_box', topLeft, bottomRight };
}

export function decodeGeoRadius(decoding: Decoding, node: number): FieldPredicate {
  const fields = structFields(decoding.tree, node, 'struct GeoRadius', 2);
  const middle = fields.get('center');
  const radius = fields.get('radius');
  const center = middle === undefined ? undefined : decodeGeoPoint(decoding, middle);
  const radiusMetres = radius === undefined ? undefined : decodeFloat(decoding, radius, 'f64');
  if (center === undefined) throw missingField('center');
  if (radiusMetres === undefined) throw missingField('radius');
  return { kind: 'geo_radius', center, radiusMetres };
}

export function decodeGeoPolygon(decoding: Decoding, node: number): FieldPredicate {
  const fields = structFields(decoding.tree, node, 'struct GeoPolygonShadow', 2);
  const outside = fields.get('exterior');
  const exterior = outside === undefined ? undefined : decodeRing(decoding, outside);
  const interiors = optional(decoding, fields.get('interiors'), decodeRings);
  if (exterior === undefined) throw missingField('exterior');
  for (const ring of [exterior, ...(interiors ?? [])]) checkRing(ring);
  return { kind: 'geo_polygon', exterior, interiors: interiors ?? [] };
}

function decodeRings(decoding: Decoding, node: number): readonly (readonly GeoPoint[])[] {
  return listOf(decoding, node, 'struct GeoLineString').map((ring) => decodeRing(decoding, ring));
}

function decodeRing(decoding: Decoding, node: number): readonly GeoPoint[] {
  const points = structFields(decoding.tree, node, 'struct GeoLineString', 1).get('points');
  if (points === undefined) throw missingField('points');
  return listOf(decoding, points, 'struct GeoPointShadow').map((point) => decodeGeoPoint(decoding, point));
}

function listOf({ tree }: Decoding, node: number, element: string): number[] {
  const kind = tree.kindOf(node);
  if (kind === JSON_FLOATS) throw wrongFirstNumber(tree, node, element);
  if (kind !== JSON_ARRAY) throw wrongType(tree, node, 'a sequence');
  return elements(tree, node);
}

function checkRing(ring: readonly GeoPoint[]): void {
  if (ring.length < RING_POINTS_MIN) {
    throw invalidPolygon(`the size must be at least ${RING_POINTS_MIN}, got ${ring.length}`);
  }
  const first = ring[0];
  const last = ring.at(-1);
  const isClosed =
    first !== undefined &&
    last !== undefined &&
    Math.abs(first.lat - last.lat) <= SAME_DEGREES_MAX &&
    Math.abs(first.lon - last.lon) <= SAME_DEGREES_MAX;
  if (!isClosed) throw invalidPolygon('the first and the last points should be the same to form a closed line');
}

function invalidPolygon(rule: string): FormatError {
  return new FormatError(`Validation failed: polygon invalid, ${rule}`);
}

export function decodeGeoPoint(decoding: Decoding, node: number): GeoPoint {
  const fields = structFields(decoding.tree, node, 'struct GeoPointShadow', 2);
  const north = fields.get('lat');
  const east = fields.get('lon');
  const lat = north === undefined ? undefined : decodeFloat(decoding, north, 'f64');
  const lon = east === undefined ? undefined : decodeFloat(decoding, east, 'f64');
  if (lon === undefined) throw missingField('lon');
  if (lat === undefined) throw missingField('lat');
  if (Math.abs(lon) <= 180 && Math.abs(lat) <= 90) return { lon, lat };
  throw new FormatError(
    `Wrong format of GeoPoint payload: expected \`lat\` = ${plainText(lat)} within [-90;90] and \`lon\` = ${plainText(lon)} within [-180;180]`,
  );
}
