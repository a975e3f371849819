import { BIG, LARGEST, one, UUID } from './step.ts';
import { type Condition, field, type Filter, hasId, keyword, match, must } from './values.ts';

export const flag: Condition = match('flag', one('boolean', true));
const berlin = keyword('city', 'Berlin');
const below10 = field('price', { range: { lt: 10 } });

function ring(...corners: readonly (readonly [number, number])[]) {
  return { points: corners.map(([lon, lat]) => ({ lon, lat })) };
}

const nest = (key: string, filter: Filter): Filter => must({ conditionOneOf: one('nested', { key, filter }) });
const within = (filter: Filter): Condition => ({ conditionOneOf: one('filter', filter) });

/** Every kind of condition. Undefined: not in the messages of this client. */
export const filters: Readonly<Record<string, Filter | undefined>> = {
  keyword: must(berlin),
  'keyword beyond ASCII': must(keyword('city', '東京')),
  integer: must(match('number', one('integer', BIG))),
  'largest integer': must(match('number', one('integer', 2n ** 63n - 1n))),
  bool: must(match('flag', one('boolean', false))),
  uuid: must(keyword('reference', '550E8400-E29B-41D4-A716-446655440000')),
  keywords: must(match('city', one('keywords', { strings: ['Paris', 'Wien'] }))),
  integers: must(match('number', one('integers', { integers: [1n, -7n, BIG] }))),
  'except keywords': must(match('tags', one('exceptKeywords', { strings: ['red', 'blue'] }))),
  'except integers': must(match('number', one('exceptIntegers', { integers: [1n, 5n] }))),
  text: must(match('text', one('text', 'quick'))),
  phrase: must(match('text', one('phrase', 'quick brown'))),
  'any text': must(match('text', one('textAny', 'dog bears'))),
  prefix: undefined,
  range: must(field('price', { range: { gt: 2, lte: 41.125 } })),
  'range of integers': must(field('number', { range: { gte: 5, lt: 100 } })),
  'range of times': must(
    field('when', {
      datetimeRange: { gte: { seconds: 1_609_459_200n }, lt: { seconds: 1_686_825_000n, nanos: 1000 } },
    }),
  ),
  'geo box': must(
    field('place', { geoBoundingBox: { topLeft: { lon: 2.1, lat: 53.5 }, bottomRight: { lon: 14.5, lat: 48.1 } } }),
  ),
  'geo radius': must(field('place', { geoRadius: { center: { lon: 13.4, lat: 52.52 }, radius: 5000 } })),
  'geo polygon': must(
    field('place', {
      geoPolygon: {
        exterior: ring([1, 45], [15, 45], [15, 55], [1, 55], [1, 45]),
        interiors: [ring([8, 47], [9, 47], [9, 48], [8, 48], [8, 47])],
      },
    }),
  ),
  'values count': must(field('tags', { valuesCount: { gte: 2n, lt: 3n } })),
  'is empty': must({ conditionOneOf: one('isEmpty', { key: 'tags' }) }),
  'is null': must({ conditionOneOf: one('isNull', { key: 'nothing' }) }),
  'field is empty': must(field('tags', { isEmpty: false })),
  'field is null': must(field('nothing', { isNull: true })),
  'has id': must(hasId(2, 999, BIG, LARGEST, UUID)),
  'has vector': must({ conditionOneOf: one('hasVector', { hasVector: 'words' }) }),
  slice: undefined,
  nested: nest('nested.a.b', must(match('c', one('integer', 1n)), keyword('d', 'y'))),
  'nested with must not': nest('nested', {
    must: [field('a', { range: { gte: 1 } })],
    mustNot: [match('b', one('integer', 2n))],
  }),
  'path through lists': must(match('nested.a.b[].c', one('integer', 2n))),
  should: { should: [berlin, below10] },
  'must not': { mustNot: [berlin, flag] },
  'min should': { minShould: { conditions: [berlin, below10, flag], minCount: 2n } },
  'filter within a filter': must(within({ should: [berlin, within({ mustNot: [flag] })] }), below10),
  'all clauses': {
    must: [below10],
    should: [berlin, flag],
    mustNot: [hasId(1)],
    minShould: { conditions: [berlin, flag], minCount: 1n },
  },
  everything: {},
};
