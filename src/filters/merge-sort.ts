import type { GiveWay } from './give-way.ts';
import { makeWords } from './growing-words.ts';

/** 16: below this insertion is quicker than merging. */
const INSERTION_LENGTH = 16;
/** Comparisons in a piece of work: some 50 microseconds, several times that while the code is cold. */
const STEPS = 2048;

/** Negative, zero or positive as `a` comes before, with or after `b`. */
export type Compare = (a: number, b: number) => number;

/** Sorts numbers in pieces; returns the sorted ones, in the same array or another of its length. */
export async function mergeSort(numbers: Uint32Array, compare: Compare, giveWay: GiveWay): Promise<Uint32Array> {
  for (let from = 0; from < numbers.length; from += STEPS / 4) {
    insertionSort(numbers, from, Math.min(numbers.length, from + STEPS / 4), compare);
    await giveWay();
  }
  let source = numbers;
  let target: Uint32Array = new Uint32Array(numbers.length);
  for (let width = INSERTION_LENGTH; width < numbers.length; width *= 2) {
    for (let from = 0; from < numbers.length; from += width * 2) {
      if (from % STEPS === 0) await giveWay();
      const middle = Math.min(numbers.length, from + width);
      const end = Math.min(numbers.length, middle + width);
      const left = source.subarray(from, middle);
      const right = source.subarray(middle, end);
      if (areInOrder(left, right, compare)) {
        target.set(source.subarray(from, end), from);
        continue;
      }
      const merge = new Merge({ left, right, target: target.subarray(from, end) }, compare);
      while (merge.step(STEPS)) await giveWay();
    }
    [source, target] = [target, source];
  }
  return source;
}

/** Whether one sorted list may simply follow the other: values that come from a file are in order already. */
function areInOrder(left: Uint32Array, right: Uint32Array, compare: Compare): boolean {
  const [first] = right;
  return first === undefined || compare(left[left.length - 1] ?? 0, first) <= 0;
}

/** Merges two sorted lists in pieces, into shared memory. */
export async function mergeSorted(
  left: Uint32Array,
  right: Uint32Array,
  compare: Compare,
  giveWay: GiveWay,
): Promise<Uint32Array> {
  const target = makeWords(left.length + right.length);
  const merge = new Merge({ left, right, target }, compare);
  while (merge.step(STEPS)) await giveWay();
  return target;
}

interface Lists {
  readonly left: Uint32Array;
  readonly right: Uint32Array;
  readonly target: Uint32Array;
}

class Merge {
  readonly #lists: Lists;
  readonly #compare: Compare;
  #leftAt = 0;
  #rightAt = 0;

  constructor(lists: Lists, compare: Compare) {
    this.#lists = lists;
    this.#compare = compare;
  }

  /** Merges up to `count` numbers more; false when all are merged. */
  step(count: number): boolean {
    const { left, right, target } = this.#lists;
    const compare = this.#compare;
    let leftAt = this.#leftAt;
    let rightAt = this.#rightAt;
    const end = Math.min(target.length, leftAt + rightAt + count);
    for (let at = leftAt + rightAt; at < end; at++) {
      const takesLeft =
        rightAt === right.length || (leftAt < left.length && compare(left[leftAt] ?? 0, right[rightAt] ?? 0) <= 0);
      target[at] = (takesLeft ? left[leftAt++] : right[rightAt++]) ?? 0;
    }
    this.#leftAt = leftAt;
    this.#rightAt = rightAt;
    return end < target.length;
  }
}

function insertionSort(numbers: Uint32Array, from: number, end: number, compare: Compare): void {
  for (let start = from; start < end; start += INSERTION_LENGTH) {
    const stop = Math.min(end, start + INSERTION_LENGTH);
    for (let next = start + 1; next < stop; next++) {
      const number = numbers[next] ?? 0;
      let at = next;
      for (; at > start && compare(numbers[at - 1] ?? 0, number) > 0; at--) numbers[at] = numbers[at - 1] ?? 0;
      numbers[at] = number;
    }
  }
}
