import test from 'ava';
import * as fc from 'fast-check';

import { VectorizerError } from '../../src/core/errors.ts';
import { EVERYTHING, type Filter } from '../../src/core/filter.ts';
import { decodeFilter, encodeFilter } from '../../src/core/filter-text.ts';
import { numberId } from '../../src/core/ids.ts';
import { jsonPath } from '../../src/core/json-path.ts';
import { randomFilter } from '../filters/random-filters.ts';

test('every filter comes back as it was, and equal filters have one text', (t) => {
  fc.assert(
    fc.property(randomFilter(4, { points: true }), (filter) => {
      const text = encodeFilter(filter);
      const decoded = decodeFilter(text);
      t.deepEqual(decoded, filter);
      t.is(encodeFilter(decoded), text);
      t.is(encodeFilter(structuredClone(filter)), text);
    }),
    { numRuns: 500 },
  );
});

test('the form that stands in logs', (t) => {
  const path = jsonPath('a.b');
  if (path === undefined) throw new Error('a.b is a path');
  const filter: Filter = {
    must: [
      { kind: 'has_id', ids: [numberId(2n ** 64n - 1n)] },
      { kind: 'slice', total: 3, index: 1 },
    ],
    should: [
      {
        kind: 'field',
        path,
        predicates: [
          { kind: 'value', value: 5n },
          { kind: 'value', value: '5' },
          { kind: 'range', bounds: { lt: undefined, gt: -0, lte: Number.NaN, gte: 0.1 } },
          { kind: 'datetime_range', bounds: { lt: 5n, gt: undefined, lte: undefined, gte: undefined } },
        ],
      },
    ],
    mustNot: [{ kind: 'nested', path, filter: EVERYTHING }],
    minShould: { minCount: 1, conditions: [{ kind: 'has_vector', name: '' }] },
  };
  const text =
    '[[["has_id","18446744073709551615"],["slice",3,1]],' +
    '[["field","a.b",["value",["5"]],["value","5"],["range",[null,"-0","NaN",0.1]],' +
    '["datetime_range",["5",null,null,null]]]],[["nested","a.b",[[],[],[]]]],[1,[["has_vector",""]]]]';
  t.is(encodeFilter(filter), text);
  t.deepEqual(decodeFilter(text), filter);
});

const DAMAGED = [
  '',
  '{}',
  '[]',
  '[[],[]]',
  '[[],[],[],[1,[]],5]',
  '[[],[],[],[1]]',
  '[[],[],[],["1",[]]]',
  '[[["what"]],[],[]]',
  '[[5],[],[]]',
  '[[["field","a"]],[],[]]',
  '[[["field","a[",["value","x"]]],[],[]]',
  '[[["field","a",["what"]]],[],[]]',
  '[[["field","a",["value",5]]],[],[]]',
  '[[["field","a",["value",["5.0"]]]],[],[]]',
  '[[["field","a",["any","floats"]]],[],[]]',
  '[[["field","a",["range",[1,2,3]]]],[],[]]',
  '[[["field","a",["geo_polygon"]]],[],[]]',
  '[[["field","a",["is_null",1]]],[],[]]',
  '[[["has_id","x"]],[],[]]',
];

for (const text of DAMAGED) {
  test(`damaged: ${text}`, (t) => {
    const error = t.throws(() => decodeFilter(text), { instanceOf: VectorizerError });
    t.is(error?.kind, 'data_damaged');
  });
}
