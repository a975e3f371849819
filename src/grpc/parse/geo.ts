import type * as wire from '../../../generated/qdrant_common.js';
import { plainText } from '../../base/number-text.ts';
import type { FieldPredicate, GeoPoint } from '../../core/filter.ts';
import { invalidArgument } from '../grpc-error.ts';
import type { Violations } from './violations.ts';

const RING_POINTS_MIN = 4;

export function geoBoxOf({ topLeft, bottomRight }: wire.GeoBoundingBox): FieldPredicate {
  if (topLeft === undefined || bottomRight === undefined) throw invalidArgument('Malformed GeoBoundingBox type');
  return { kind: 'geo_box', topLeft: geoPointOf(topLeft), bottomRight: geoPointOf(bottomRight) };
}

export function geoRadiusOf({ center, radius }: wire.GeoRadius): FieldPredicate {
  if (center === undefined) throw invalidArgument('Malformed GeoRadius type');
  // Nothing is nearer than what is no number, which REST cannot have, nor than this.
  const radiusMetres = Number.isNaN(radius) ? -1 : radius;
  return { kind: 'geo_radius', center: geoPointOf(center), radiusMetres };
}

/** path: of the polygon, for broken rules. */
export function geoPolygonOf(
  { exterior, interiors }: wire.GeoPolygon,
  path: string,
  violations: Violations,
): FieldPredicate {
  checkRing(exterior, `${path}.exterior`, violations);
  for (const ring of interiors) checkRing(ring, `${path}.interiors`, violations);
  return { kind: 'geo_polygon', exterior: ringOf(exterior), interiors: interiors.map(ringOf) };
}

function checkRing(ring: wire.GeoLineString | undefined, path: string, violations: Violations): void {
  const points = ring?.points ?? [];
  const first = points[0];
  const last = points.at(-1);
  if (first === undefined || last === undefined) violations.add(path, 'value invalid, must not be empty');
  else if (points.length < RING_POINTS_MIN) {
    violations.add(path, `value invalid, the size must be at least ${RING_POINTS_MIN}, got ${points.length}`);
  } else if (first.lon !== last.lon || first.lat !== last.lat) {
    violations.add(path, 'value invalid, the first and the last points should be same to form a closed line');
  }
}

function ringOf(ring: wire.GeoLineString | undefined): readonly GeoPoint[] {
  return (ring?.points ?? []).map(geoPointOf);
}

/** In the words of REST: what lies beyond the earth is refused, where Qdrant goes on with it. */
export function geoPointOf({ lon, lat }: wire.GeoPoint): GeoPoint {
  if (Math.abs(lon) <= 180 && Math.abs(lat) <= 90) return { lon, lat };
  throw invalidArgument(
    `Wrong format of GeoPoint payload: expected \`lat\` = ${plainText(lat)} within [-90;90] and \`lon\` = ${plainText(lon)} within [-180;180]`,
  );
}
