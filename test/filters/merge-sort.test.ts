import test from 'ava';
import * as fc from 'fast-check';
import { mergeSort, mergeSorted } from '../../src/filters/merge-sort.ts';
import { NumberHeap, topNumbers } from '../../src/filters/number-heap.ts';

const numbers = fc.array(fc.nat({ max: 1000 }), { maxLength: 5000, size: 'max' });
const ascending = (a: number, b: number): number => a - b;
const descending = (a: number, b: number): number => b - a;

test('numbers are sorted in pieces of bounded length', async (t) => {
  await fc.assert(
    fc.asyncProperty(numbers, async (given) => {
      let comparisons = 0;
      let most = 0;
      const sorted = await mergeSort(
        Uint32Array.from(given),
        (a, b) => {
          comparisons++;
          return b - a;
        },
        () => {
          most = Math.max(most, comparisons);
          comparisons = 0;
          return Promise.resolve();
        },
      );
      t.deepEqual(sorted, Uint32Array.from(given).sort(descending));
      t.true(most <= 2 * 4096, `${most} comparisons in a piece`);
    }),
    { numRuns: 30 },
  );
});

test('two sorted lists become one', async (t) => {
  await fc.assert(
    fc.asyncProperty(numbers, numbers, async (a, b) => {
      const left = Uint32Array.from(a).sort(ascending);
      const right = Uint32Array.from(b).sort(ascending);
      const merged = await mergeSorted(left, right, ascending, () => Promise.resolve());
      t.deepEqual([...merged], [...a, ...b].sort(ascending));
    }),
    { numRuns: 30 },
  );
});

test('the first of many numbers are those that sorting puts first', (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(), { maxLength: 100 }), fc.nat({ max: 110 }), (given, limit) => {
      t.deepEqual(
        [...topNumbers(Uint32Array.from(given), limit, descending)],
        [...given].sort(descending).slice(0, limit),
      );
    }),
  );
});

test('a heap gives its numbers in order', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 50 })), (given) => {
      const heap = new NumberHeap(Uint32Array.from(given), ascending);
      const taken: number[] = [];
      for (let first = heap.first; first !== undefined; first = heap.first) {
        taken.push(first);
        heap.removeFirst();
      }
      t.deepEqual(taken, [...given].sort(ascending));
    }),
  );
});
