import * as fc from 'fast-check';

import type { Bounds, Condition, FieldPredicate, Filter, GeoPoint, MatchValues } from '../../src/core/filter.ts';
import { numberId, parseUuidId, type PointId } from '../../src/core/ids.ts';
import { type JsonPath, jsonPath } from '../../src/core/json-path.ts';

/**
 * Random payloads and filters from one small set of keys and values, so that filters hit something now and then.
 */

const KEYS = ['a', 'b', 'größe', '__proto__', 'constructor', 'a b', 'lon'];
const TEXTS = [
  'red',
  'blue',
  'red blue',
  'Größe',
  '',
  're',
  'quo"te',
  'back\\slash\n',
  '😀 red',
  '日本',
  'x'.repeat(70),
];
const DATES = ['2020-01-01', '2020-01-01T12:00:00Z', '2020-01-01 12:00:00.5+02:00', '2020-02-30', '2019-12-31T23:59'];
const NUMBERS = [
  '0',
  '1',
  '-1',
  '5',
  '5.0',
  '5e0',
  '-0',
  '2.5',
  '1e300',
  '9007199254740993',
  '-9223372036854775808',
  '9223372036854775807',
  '18446744073709551615',
  '18446744073709551616',
];
const IDS: readonly PointId[] = [0n, 1n, 7n, 2n ** 64n - 1n].map(numberId);
const UUID = parseUuidId('01234567-89ab-cdef-0123-456789abcdef') as PointId;

/** A JSON value before it is spelled: numbers are their digits. */
type Tree =
  | { readonly kind: 'word' | 'number' | 'string'; readonly text: string }
  | { readonly kind: 'array'; readonly elements: readonly Tree[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Tree])[] };

const word = fc.constantFrom('null', 'true', 'false').map((text): Tree => ({ kind: 'word', text }));
const number = fc.constantFrom(...NUMBERS).map((text): Tree => ({ kind: 'number', text }));
const string = fc
  .oneof({ weight: 6, arbitrary: fc.constantFrom(...TEXTS, ...DATES) }, fc.string({ unit: 'grapheme' }))
  .map((text): Tree => ({ kind: 'string', text }));
const degrees = fc.constantFrom('-170', '-2', '0', '1', '1.5', '2', '170', '200', '"1"');
const place = fc.tuple(degrees, degrees).map(([lon, lat]): Tree => ({
  kind: 'object',
  members: [
    ['lon', { kind: 'number', text: lon }],
    ['lat', { kind: 'number', text: lat }],
  ],
}));

const { object } = fc.letrec<{ value: Tree; array: Tree; object: Tree }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'payload' },
    word,
    number,
    string,
    { weight: 1, arbitrary: place },
    { weight: 3, arbitrary: tie('array') },
    { weight: 3, arbitrary: tie('object') },
  ),
  array: fc.array(tie('value'), { maxLength: 4 }).map((elements): Tree => ({ kind: 'array', elements })),
  object: fc
    .array(fc.tuple(fc.constantFrom(...KEYS), tie('value')), { maxLength: 6 })
    .map((members): Tree => ({ kind: 'object', members })),
}));

/** JSON of an object, keys that stand twice among it; escapes and white space are put in at random. Some are empty. */
export const payloadText: fc.Arbitrary<string> = fc.oneof(
  { weight: 30, arbitrary: fc.tuple(object, fc.nat()).map(([tree, seed]) => spell(tree, spelling(seed))) },
  fc.constantFrom('', '{}', '{ }'),
);

/** Decisions on how to write what may be written in several ways. */
function spelling(seed: number): (oneIn: number) => boolean {
  // Even seeds write plainly, so that failures shrink to plain JSON.
  let state = seed;
  return (oneIn) => {
    if (seed % 2 === 0) return false;
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % oneIn === 0;
  };
}

function spell(tree: Tree, decide: (oneIn: number) => boolean): string {
  const space = (): string => (decide(5) ? ' \n' : '');
  switch (tree.kind) {
    case 'word':
    case 'number':
      return tree.text;
    case 'string':
      return spellString(tree.text, decide);
    case 'array':
      return `[${space()}${tree.elements.map((element) => spell(element, decide) + space()).join(`,${space()}`)}]`;
    case 'object': {
      const members = tree.members.map(
        ([key, value]) => `${spellString(key, decide)}${space()}:${space()}${spell(value, decide)}${space()}`,
      );
      return `{${space()}${members.join(`,${space()}`)}}`;
    }
  }
}

function spellString(text: string, decide: (oneIn: number) => boolean): string {
  if (!decide(3)) return JSON.stringify(text);
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
  // All of a text or none of it, so that no half of a pair of surrogates is left alone.
  return `"${units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('')}"`;
}

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(`no path: ${text}`);
  return path;
}

const pathText = fc
  .tuple(
    fc.constantFrom(...KEYS),
    fc.array(
      fc.oneof(
        fc.constantFrom(...KEYS).map((key) => `."${key}"`),
        fc.constantFrom('[]', '[]', '[0]', '[1]'),
      ),
      {
        maxLength: 2,
      },
    ),
  )
  .map(([first, rest]) => `"${first}"${rest.join('')}`);

export const randomPath: fc.Arbitrary<JsonPath> = pathText.map(pathOf);

const integer = fc.constantFrom(0n, 1n, -1n, 5n, 9007199254740993n, 2n ** 63n - 1n, -(2n ** 63n));
const texts = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...TEXTS) },
  fc.string({ unit: 'grapheme', maxLength: 3 }),
);

const values: fc.Arbitrary<MatchValues> = fc.oneof(
  fc.array(texts, { maxLength: 7 }).map((values): MatchValues => ({ type: 'strings', values })),
  fc.array(integer, { maxLength: 7 }).map((values): MatchValues => ({ type: 'integers', values })),
);

function bounds<T>(bound: fc.Arbitrary<T>): fc.Arbitrary<Bounds<T>> {
  const some = fc.option(bound, { nil: undefined });
  return fc.record({ lt: some, gt: some, lte: some, gte: some });
}

const point: fc.Arbitrary<GeoPoint> = fc.record({
  lon: fc.constantFrom(-175, -2, 0, 1, 1.5, 3, 175),
  lat: fc.constantFrom(-3, 0, 1, 1.5, 3),
});

/** A triangle or an upright rectangle, which both never cross themselves. */
const ring = fc.oneof(
  fc.tuple(point, point, point).map(([a, b, c]) => [a, b, c, a]),
  fc.tuple(point, point).map(([a, c]) => [a, { lon: c.lon, lat: a.lat }, c, { lon: a.lon, lat: c.lat }, a]),
);

export const predicate: fc.Arbitrary<FieldPredicate> = fc.oneof(
  fc.record({ kind: fc.constant('value'), value: fc.oneof(texts, integer, fc.boolean()) }),
  fc.record({ kind: fc.constantFrom('any', 'except'), values }),
  fc.record({ kind: fc.constantFrom('text', 'text_any', 'phrase', 'prefix'), text: texts }),
  fc.record({
    kind: fc.constant('range'),
    bounds: bounds(fc.constantFrom(-1, -0, 0, 1, 2.5, 5, 1e18, 1e300, Infinity, -Infinity)),
  }),
  fc.record({
    kind: fc.constant('datetime_range'),
    bounds: bounds(fc.constantFrom(1577836800000000n, 1577836740000000n, 1577880000000000n, 1577872800500000n)),
  }),
  fc.record({ kind: fc.constant('geo_box'), topLeft: point, bottomRight: point }),
  fc.record({
    kind: fc.constant('geo_radius'),
    center: point,
    radiusMetres: fc.constantFrom(0, 1000, 150_000, 1e6, 1e7, 3e7),
  }),
  fc.record({ kind: fc.constant('geo_polygon'), exterior: ring, interiors: fc.array(ring, { maxLength: 2 }) }),
  fc.record({ kind: fc.constant('values_count'), bounds: bounds(fc.nat({ max: 4 })) }),
  fc.record({ kind: fc.constantFrom('is_empty', 'is_null'), value: fc.boolean() }),
);

/** Conditions that only a point can answer. */
const pointCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ kind: fc.constant('has_id'), ids: fc.array(fc.constantFrom(...IDS, UUID), { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('has_vector'), name: fc.constantFrom('', 'image') }),
  fc.nat({ max: 3 }).map((index): Condition => ({ kind: 'slice', total: 4, index })),
);

const payloadCondition: fc.Arbitrary<Condition> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('field'),
      path: randomPath,
      predicates: fc.oneof(
        { weight: 5, arbitrary: fc.tuple(predicate) },
        fc.array(predicate, { minLength: 1, maxLength: 3 }),
      ),
    }),
  },
  fc.record({ kind: fc.constantFrom('is_empty', 'is_null'), path: randomPath }),
);

/** Filters of clauses within clauses, `depth` levels at most. With `points` some conditions ask for ids and vectors. */
export function randomFilter(depth: number, { points }: { readonly points: boolean }): fc.Arbitrary<Filter> {
  const leaf = points ? fc.oneof({ weight: 5, arbitrary: payloadCondition }, pointCondition) : payloadCondition;
  let condition: fc.Arbitrary<Condition> = leaf;
  if (depth > 1) {
    const below = (points: boolean): fc.Arbitrary<Filter> => randomFilter(depth - 1, { points });
    condition = fc.oneof(
      { weight: 4, arbitrary: leaf },
      fc.record({ kind: fc.constant('filter'), filter: below(points) }),
      fc.record({
        kind: fc.constant('nested'),
        path: pathText.map((text) => pathOf(text.endsWith('[]') ? text : `${text}[]`)),
        filter: below(true),
      }),
    );
  }
  // Mostly empty: the more clauses, the fewer points pass.
  const clause = fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 2, arbitrary: fc.array(condition, { maxLength: 2 }) },
  );
  return fc.record({
    must: clause,
    should: clause,
    mustNot: clause,
    minShould: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      fc.record({ conditions: fc.array(condition, { maxLength: 3 }), minCount: fc.integer({ min: 1, max: 2 }) }),
    ),
  });
}
