import test from 'ava';
import * as fc from 'fast-check';
import { Bitset } from '../../src/base/bitset.ts';

test('add, delete, has, count and members do what a Set does', (t) => {
  const member = fc.oneof(fc.nat({ max: 70 }), fc.nat({ max: 100_000 }));
  const steps = fc.array(fc.tuple(fc.constantFrom('add', 'delete'), member), { maxLength: 200 });
  t.notThrows(() =>
    fc.assert(
      fc.property(steps, (run) => {
        const bitset = new Bitset();
        const model = new Set<number>();
        for (const [act, number] of run) {
          const changes = (act === 'add') !== model.has(number);
          if (act === 'add') model.add(number);
          else model.delete(number);
          if ((act === 'add' ? bitset.add(number) : bitset.delete(number)) !== changes) return false;
          if (bitset.has(number) !== model.has(number) || bitset.count !== model.size) return false;
        }
        const sorted = [...model].sort((a, b) => a - b);
        return JSON.stringify([...bitset.members()]) === JSON.stringify(sorted);
      }),
    ),
  );
});

test('words hold one bit a member and are shared', (t) => {
  const bitset = new Bitset();
  bitset.add(0);
  bitset.add(31);
  bitset.add(33);
  t.true(bitset.words.buffer instanceof SharedArrayBuffer);
  t.is(bitset.words[0], 0x80000001);
  t.is(bitset.words[1], 2);
  t.false(bitset.has(1_000_000));
});
