import * as fc from 'fast-check';
import type { Json } from './filter-to-wire.ts';

/** Random parts of REST bodies, all of them well-formed. */

/** Without -0, which JSON does not write. */
export const double: fc.Arbitrary<number> = fc
  .double({ noNaN: true, noDefaultInfinity: true })
  .map((value) => value + 0);
export const float: fc.Arbitrary<number> = fc.float({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
export const count: fc.Arbitrary<number> = fc.integer({ min: 1, max: 2 ** 40 });
export const path: fc.Arbitrary<string> = fc.constantFrom('a', 'a.b', 'a[].b', 'a[3]', '"a.b".c', 'ä[]');
export const word: fc.Arbitrary<string> = fc.string({ unit: 'grapheme', maxLength: 8 });
const integer = fc.maxSafeInteger().map((value) => value + 0);
export const id: fc.Arbitrary<number | string> = fc.oneof(fc.maxSafeNat(), fc.uuid());

/** Some of the fields. */
export function some(fields: Readonly<Record<string, fc.Arbitrary<Json>>>): fc.Arbitrary<Record<string, Json>> {
  return fc.record(fields, { requiredKeys: [] }) as fc.Arbitrary<Record<string, Json>>;
}

/** All of the fields. */
export function all(fields: Readonly<Record<string, fc.Arbitrary<Json>>>): fc.Arbitrary<Record<string, Json>> {
  return fc.record(fields);
}

export const point: fc.Arbitrary<Json> = all({
  lon: fc.integer({ min: -180, max: 180 }),
  lat: fc.integer({ min: -900, max: 900 }).map((tenths) => tenths / 10),
});

const ring = fc
  .array(point, { minLength: 3, maxLength: 5 })
  .map((points): Json => ({ points: [...points, points[0] ?? null] }));

const date = fc
  .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());

function bounds(bound: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  return some({ lt: bound, gt: bound, lte: bound, gte: bound });
}

const match = fc.oneof(
  all({ value: fc.oneof(word, integer, fc.boolean()) }),
  all({ text: word }),
  all({ text_any: word }),
  all({ phrase: word }),
  all({ prefix: word }),
  all({ any: fc.oneof(fc.array(word), fc.array(integer)) }),
  all({ except: fc.oneof(fc.array(word), fc.array(integer)) }),
);

const predicates: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  match,
  range: fc.oneof(bounds(double), bounds(date)),
  geo_bounding_box: all({ top_left: point, bottom_right: point }),
  geo_radius: all({ center: point, radius: float }),
  geo_polygon: all({ exterior: ring, interiors: fc.array(ring, { maxLength: 2 }) }),
  values_count: bounds(fc.maxSafeNat()),
  is_empty: fc.boolean(),
  is_null: fc.boolean(),
};

/** Of one predicate, mostly; of several now and then. */
const field = fc.oneof(
  fc
    .constantFrom(...Object.keys(predicates))
    .chain((name) => all({ key: path, [name]: predicates[name] ?? fc.constant(null) })),
  fc
    .tuple(path, match, some(predicates))
    .map(([key, match, others]): Json => ({ ...others, key, match: others['match'] ?? match })),
);

const slice = fc
  .integer({ min: 1, max: 0xffff_ffff })
  .chain((total) => all({ total: fc.constant(total), index: fc.integer({ min: 0, max: total - 1 }) }));

/** Filters, a few levels deep. */
const nested = fc.letrec<{ filter: Json; condition: Json }>((tie) => ({
  filter: some({
    must: fc.array(tie('condition'), { maxLength: 2 }),
    should: fc.array(tie('condition'), { maxLength: 2 }),
    must_not: fc.array(tie('condition'), { maxLength: 2 }),
    min_should: all({ conditions: fc.array(tie('condition'), { maxLength: 2 }), min_count: count }),
  }),
  condition: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'filter' },
    field,
    all({ is_empty: all({ key: path }) }),
    all({ is_null: all({ key: path }) }),
    all({ has_id: fc.array(id, { maxLength: 4 }) }),
    all({ has_vector: word }),
    all({ slice }),
    all({ nested: all({ key: path, filter: tie('filter') }) }),
    tie('filter'),
  ),
}));

export const filter: fc.Arbitrary<Json> = nested.filter;
export const condition: fc.Arbitrary<Json> = nested.condition;
