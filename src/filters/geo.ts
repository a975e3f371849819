import type { FieldPredicate, GeoPoint } from '../core/filter.ts';
import { isInPolygon } from './geo-polygon.ts';

export type GeoPredicate = Extract<FieldPredicate, { readonly kind: 'geo_box' | 'geo_radius' | 'geo_polygon' }>;

/** Degrees; west ≤ east. Edges belong to it. */
export interface GeoBox {
  readonly west: number;
  readonly east: number;
  readonly south: number;
  readonly north: number;
}

/** Metres: the mean radius that Qdrant's geo crate uses. */
const EARTH_RADIUS = 6371008.8;
const RADIANS = Math.PI / 180;

/**
 * Whether a point is within the shape; points on its edge are not. Longitude and latitude in degrees, tested as they
 * are even where they are beyond ±180 and ±90. Source: SEMANTICS.md 2.3.
 */
export function geoTest(predicate: GeoPredicate): (lon: number, lat: number) => boolean {
  switch (predicate.kind) {
    case 'geo_box':
      return boxTest(predicate.topLeft, predicate.bottomRight);
    case 'geo_radius':
      return radiusTest(predicate.center, predicate.radiusMetres);
    case 'geo_polygon': {
      const { exterior, interiors } = predicate;
      return (lon, lat) => isInPolygon(exterior, interiors, lon, lat);
    }
  }
}

function boxTest(topLeft: GeoPoint, bottomRight: GeoPoint): (lon: number, lat: number) => boolean {
  const west = topLeft.lon;
  const east = bottomRight.lon;
  const north = topLeft.lat;
  const south = bottomRight.lat;
  return west > east
    ? (lon, lat) => (lon > west || lon < east) && lat > south && lat < north
    : (lon, lat) => lon > west && lon < east && lat > south && lat < north;
}

function radiusTest(center: GeoPoint, radiusMetres: number): (lon: number, lat: number) => boolean {
  const cosine = Math.cos(center.lat * RADIANS);
  return (lon, lat) => {
    const alongLat = Math.sin(((lat - center.lat) * RADIANS) / 2);
    const alongLon = Math.sin(((lon - center.lon) * RADIANS) / 2);
    const part = alongLat * alongLat + cosine * Math.cos(lat * RADIANS) * (alongLon * alongLon);
    return EARTH_RADIUS * (2 * Math.asin(Math.sqrt(part))) < radiusMetres;
  };
}

/** What rounding may add to a circle's bounds: degrees, some 0.1 mm. */
const SLACK = 1e-9;

/**
 * Boxes that together hold every point within ±180 and ±90 degrees that the predicate can match: one, or two on both
 * sides of the antimeridian.
 */
export function geoBounds(predicate: GeoPredicate): readonly GeoBox[] {
  switch (predicate.kind) {
    case 'geo_box': {
      const { topLeft, bottomRight } = predicate;
      return around(topLeft.lon, bottomRight.lon, bottomRight.lat, topLeft.lat);
    }
    case 'geo_radius':
      return radiusBounds(predicate.center, predicate.radiusMetres);
    case 'geo_polygon': {
      let west = Infinity;
      let east = -Infinity;
      let south = Infinity;
      let north = -Infinity;
      for (const { lon, lat } of predicate.exterior) {
        west = Math.min(west, lon);
        east = Math.max(east, lon);
        south = Math.min(south, lat);
        north = Math.max(north, lat);
      }
      return [{ west, east, south, north }];
    }
  }
}

function radiusBounds({ lon, lat }: GeoPoint, radiusMetres: number): readonly GeoBox[] {
  const angle = radiusMetres / EARTH_RADIUS;
  const reach = angle / RADIANS + SLACK;
  const south = Math.max(-90, lat - reach);
  const north = Math.min(90, lat + reach);
  // A circle around a pole crosses every meridian.
  if (!(south > -90 && north < 90)) return [{ west: -180, east: 180, south, north }];
  const widest = Math.asin(Math.min(1, Math.sin(angle) / Math.cos(lat * RADIANS))) / RADIANS + SLACK;
  // Near the poles rounding moves the tangent meridian more than elsewhere.
  if (widest > 89) return [{ west: -180, east: 180, south, north }];
  const west = lon - widest;
  const east = lon + widest;
  return around(west < -180 ? west + 360 : west, east > 180 ? east - 360 : east, south, north);
}

function around(west: number, east: number, south: number, north: number): readonly GeoBox[] {
  if (west <= east) return [{ west, east, south, north }];
  return [
    { west, east: 180, south, north },
    { west: -180, east, south, north },
  ];
}
