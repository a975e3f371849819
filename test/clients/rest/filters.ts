import { integer } from './canonical.ts';
import type { Body } from './step.ts';

const must = (key: string, predicate: Readonly<Record<string, Body>>): Body => ({ must: [{ key, ...predicate }] });
const match = (key: string, predicate: Readonly<Record<string, Body>>): Body => must(key, { match: predicate });

const ring = (...corners: readonly (readonly [number, number])[]): Body => ({
  points: corners.map(([lon, lat]) => ({ lon, lat })),
});
const flag = { key: 'flag', match: { value: true } };
const inBerlin = { key: 'city', match: { value: 'Berlin' } };
const cheap = { key: 'price', range: { lt: 10 } };

/** Every kind of condition: each is a step that scrolls `items` and compares which points match. */
export const filters: Readonly<Record<string, Body>> = {
  keyword: match('city', { value: 'Berlin' }),
  'keyword beyond ASCII': match('city', { value: '東京' }),
  integer: match('number', { value: integer('9007199254740993') }),
  'largest integer': match('number', { value: integer('9223372036854775807') }),
  bool: match('flag', { value: false }),
  uuid: match('reference', { value: '550E8400-E29B-41D4-A716-446655440000' }),
  keywords: match('city', { any: ['Paris', 'Wien'] }),
  integers: match('number', { any: [1, -7, integer('9007199254740993')] }),
  'except keywords': match('tags', { except: ['red', 'blue'] }),
  'except integers': match('number', { except: [1, 5] }),
  text: match('text', { text: 'quick' }),
  phrase: match('text', { phrase: 'quick brown' }),
  'any text': match('text', { text_any: 'dog bears' }),
  prefix: match('city', { prefix: 'Ber' }),
  range: must('price', { range: { gt: 2, lte: 41.125 } }),
  'range of integers': must('number', { range: { gte: 5, lt: 100 } }),
  'range of times': must('when', { range: { gte: '2021-01-01T00:00:00Z', lt: '2023-06-15T10:30:00.000001Z' } }),
  'geo box': must('place', {
    geo_bounding_box: { top_left: { lon: 2.1, lat: 53.5 }, bottom_right: { lon: 14.5, lat: 48.1 } },
  }),
  'geo radius': must('place', { geo_radius: { center: { lon: 13.4, lat: 52.52 }, radius: 5000 } }),
  'geo polygon': must('place', {
    geo_polygon: {
      exterior: ring([1, 45], [15, 45], [15, 55], [1, 55], [1, 45]),
      interiors: [ring([8, 47], [9, 47], [9, 48], [8, 48], [8, 47])],
    },
  }),
  'values count': must('tags', { values_count: { gte: 2, lt: 3 } }),
  'is empty': { must: [{ is_empty: { key: 'tags' } }] },
  'is null': { must: [{ is_null: { key: 'nothing' } }] },
  'field is empty': must('tags', { is_empty: false }),
  'field is null': must('nothing', { is_null: true }),
  'has id': {
    must: [
      {
        has_id: [
          2,
          999,
          integer('9007199254740993'),
          integer('18446744073709551615'),
          'f47ac10b-58cc-4372-a567-0e02b2c3d479',
        ],
      },
    ],
  },
  'has vector': { must: [{ has_vector: 'words' }] },
  slice: { must: [{ slice: { total: 3, index: 1 } }] },
  nested: {
    must: [
      {
        nested: {
          key: 'nested.a.b',
          filter: {
            must: [
              { key: 'c', match: { value: 1 } },
              { key: 'd', match: { value: 'y' } },
            ],
          },
        },
      },
    ],
  },
  'nested with must not': {
    must: [
      {
        nested: {
          key: 'nested',
          filter: {
            must: [{ key: 'a', range: { gte: 1 } }],
            must_not: [{ key: 'b', match: { value: 2 } }],
          },
        },
      },
    ],
  },
  'path through lists': match('nested.a.b[].c', { value: 2 }),
  should: { should: [inBerlin, cheap] },
  'must not': { must_not: [inBerlin, flag] },
  'min should': { min_should: { conditions: [inBerlin, cheap, flag], min_count: 2 } },
  'filter within a filter': { must: [{ should: [inBerlin, { must_not: [flag] }] }, cheap] },
  'all clauses': {
    must: [cheap],
    should: [inBerlin, flag],
    must_not: [{ has_id: [1] }],
    min_should: { conditions: [inBerlin, flag], min_count: 1 },
  },
  everything: {},
};
