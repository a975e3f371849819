import test from 'ava';
import * as fc from 'fast-check';

import type { GeoPoint } from '../../src/core/filter.ts';
import { geoBounds, type GeoPredicate, geoTest } from '../../src/filters/geo.ts';
import { metresBetween } from './oracle.ts';

const LONDON = { lon: -0.1276, lat: 51.5072 };
const PARIS = { lon: 2.3522, lat: 48.8566 };

test('a circle holds what is nearer than its radius', (t) => {
  const metres = metresBetween(LONDON, PARIS);
  t.true(metres > 343_000 && metres < 344_000);
  const within = (radiusMetres: number): boolean =>
    geoTest({ kind: 'geo_radius', center: LONDON, radiusMetres })(PARIS.lon, PARIS.lat);
  t.false(within(metres));
  t.true(within(metres * (1 + 1e-12)));
  t.false(geoTest({ kind: 'geo_radius', center: LONDON, radiusMetres: 0 })(LONDON.lon, LONDON.lat));
});

function ring(...corners: readonly (readonly [number, number])[]): GeoPoint[] {
  return corners.map(([lon, lat]) => ({ lon, lat }));
}

const SQUARE = ring([0, 0], [4, 0], [4, 4], [0, 4], [0, 0]);
const HOLE = ring([1, 1], [1, 2], [2, 2], [2, 1], [1, 1]);

test('a polygon leaves out its edges, its holes and their edges', (t) => {
  const test = geoTest({ kind: 'geo_polygon', exterior: SQUARE, interiors: [HOLE] });
  for (const [lon, lat] of [
    [0.5, 0.5],
    [3, 3],
    [0.5, 1],
    [3, 1],
    [1.5, 2.5],
  ] as const)
    t.true(test(lon, lat), `${lon} ${lat}`);
  for (const [lon, lat] of [
    [0, 0],
    [4, 4],
    [2, 0],
    [0, 2],
    [4, 2],
    [5, 2],
    [-1, 0],
    [-1, 4],
    [1.5, 1.5],
    [1, 1],
    [1, 1.5],
    [2, 1.5],
    [1.5, 1],
  ] as const)
    t.false(test(lon, lat), `${lon} ${lat}`);
  t.false(geoTest({ kind: 'geo_polygon', exterior: [], interiors: [] })(0, 0));
});

test('what a ring winds around twice is inside', (t) => {
  const twice = [...SQUARE, ...ring([3, 1], [3, 3], [1, 3], [1, 1], [3, 1], [0, 0])];
  t.true(geoTest({ kind: 'geo_polygon', exterior: twice, interiors: [] })(2, 2.5));
});

test('whether a point is on an edge is decided without rounding', (t) => {
  const up = geoTest({ kind: 'geo_polygon', exterior: ring([0, 0], [3, 3], [0, 3], [0, 0]), interiors: [] });
  const tiny = 2 ** -53;
  for (const at of [0.1, 0.7, 1.1, 2.9]) {
    t.false(up(at, at));
    t.true(up(at, at + at * tiny * 2));
    t.false(up(at + at * tiny * 2, at));
  }
  t.true(up(0.1, 0.30000000000000004));
  t.true(up(5e-324, 2));
});

const point: fc.Arbitrary<GeoPoint> = fc.record({
  lon: fc.double({ min: -180, max: 180, noNaN: true }),
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
});

const predicate: fc.Arbitrary<GeoPredicate> = fc.oneof(
  fc.record({ kind: fc.constant('geo_box'), topLeft: point, bottomRight: point }),
  fc.record({
    kind: fc.constant('geo_radius'),
    center: point,
    radiusMetres: fc.oneof(
      fc.double({ min: 0, max: 2.1e7, noNaN: true }),
      fc.double({ min: 0, max: 1000, noNaN: true }),
    ),
  }),
  fc
    .tuple(point, point, point)
    .map(([a, b, c]): GeoPredicate => ({ kind: 'geo_polygon', exterior: [a, b, c, a], interiors: [] })),
);

test('what matches is within the bounds', (t) => {
  let matches = 0;
  const property = fc.property(predicate, fc.array(point, { minLength: 30, maxLength: 30 }), (predicate, points) => {
    const test = geoTest(predicate);
    const boxes = geoBounds(predicate);
    const near = points.map(({ lon, lat }, index) => onRim(predicate, lon, lat, index));
    for (const { lon, lat } of [...points, ...near]) {
      if (!test(lon, lat)) continue;
      matches++;
      const isBounded = boxes.some(
        ({ west, east, south, north }) => lon >= west && lon <= east && lat >= south && lat <= north,
      );
      t.true(isBounded, `${lon} ${lat}`);
    }
    for (const { west, east, south, north } of boxes)
      t.true(west <= east && (south <= north || predicate.kind === 'geo_box'));
  });
  fc.assert(property, { numRuns: 500 });
  t.true(matches > 1000);
});

/** For a circle a point just within it, in some direction; for anything else the point itself. */
function onRim(predicate: GeoPredicate, lon: number, lat: number, index: number): GeoPoint {
  if (predicate.kind !== 'geo_radius') return { lon, lat };
  const { center, radiusMetres } = predicate;
  const angle = (radiusMetres / 6371008.8) * (1 - 1e-9);
  // East and west first, where the circle is widest; then anywhere.
  const bearing = index < 2 ? Math.acos(Math.tan((center.lat * Math.PI) / 180) * Math.tan(angle)) : index;
  const turned = Number.isNaN(bearing) ? index : bearing;
  const phi = (center.lat * Math.PI) / 180;
  const sine = Math.sin(phi) * Math.cos(angle) + Math.cos(phi) * Math.sin(angle) * Math.cos(turned);
  const along = Math.atan2(Math.sin(turned) * Math.sin(angle) * Math.cos(phi), Math.cos(angle) - Math.sin(phi) * sine);
  const degrees = center.lon + (along * 180) / Math.PI;
  return { lon: ((degrees + 540) % 360) - 180, lat: (Math.asin(Math.min(1, Math.max(-1, sine))) * 180) / Math.PI };
}
