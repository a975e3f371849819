import { totalmem } from 'node:os';
import test from 'ava';
import { availableBytes, memoryBytes, residentBytes } from '../../src/server/available-memory.ts';

test('what may be used is what the machine has, or less', (t) => {
  t.true(availableBytes() > 0 && availableBytes() <= totalmem());
  t.true(residentBytes() > 0 && residentBytes() < totalmem());
});

test('a size is taken as it is, a share is of what there is', (t) => {
  t.is(memoryBytes({ kind: 'bytes', bytes: 5 }, 100), 5);
  t.is(memoryBytes({ kind: 'share', share: 0.6 }, 1001), 600);
});
