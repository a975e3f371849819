import test from 'ava';
import * as fc from 'fast-check';

import { numberId, parseUuidId, type PointId } from '../../src/core/ids.ts';
import { sliceOf } from '../../src/filters/slice.ts';
import { sliceOf as textbook } from './oracle.ts';

const id: fc.Arbitrary<PointId> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(numberId),
  fc.uuid().map((text) => parseUuidId(text) as PointId),
);

test('an id falls into the slice that its hash names', (t) => {
  const total = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.integer({ min: 1, max: 2 ** 32 }));
  fc.assert(fc.property(id, total, (id, total) => t.is(sliceOf(id, total), textbook(id, total))));
});

test('ids in a row fall into all slices', (t) => {
  const slices = new Set(Array.from({ length: 100 }, (_, index) => sliceOf(numberId(BigInt(index)), 4)));
  t.is(slices.size, 4);
});
