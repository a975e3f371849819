import type { Compare } from './merge-sort.ts';

/** A binary heap of numbers: `first` is the one that comes before all others. It takes the array over. */
export class NumberHeap {
  readonly #numbers: Uint32Array;
  readonly #compare: Compare;
  #length: number;

  constructor(numbers: Uint32Array, compare: Compare) {
    this.#numbers = numbers;
    this.#compare = compare;
    this.#length = numbers.length;
    for (let at = (this.#length >>> 1) - 1; at >= 0; at--) this.#sink(at, numbers[at] ?? 0);
  }

  get first(): number | undefined {
    return this.#length === 0 ? undefined : this.#numbers[0];
  }

  removeFirst(): void {
    this.#length--;
    if (this.#length > 0) this.#sink(0, this.#numbers[this.#length] ?? 0);
  }

  replaceFirst(number: number): void {
    this.#sink(0, number);
  }

  /** Puts a number where it belongs, at `from` or below. */
  #sink(from: number, number: number): void {
    const numbers = this.#numbers;
    const compare = this.#compare;
    let at = from;
    for (let child = at * 2 + 1; child < this.#length; child = at * 2 + 1) {
      if (child + 1 < this.#length && compare(numbers[child + 1] ?? 0, numbers[child] ?? 0) < 0) child++;
      if (compare(number, numbers[child] ?? 0) <= 0) break;
      numbers[at] = numbers[child] ?? 0;
      at = child;
    }
    numbers[at] = number;
  }
}

/** The first `limit` of `numbers` in an order without ties, in that order. Cost: n comparisons and few more. */
export function topNumbers(numbers: Uint32Array, limit: number, compare: Compare): Uint32Array {
  const best = numbers.slice(0, limit);
  if (limit > 0 && limit < numbers.length) {
    // The worst of the best so far stands first.
    const heap = new NumberHeap(best, (a, b) => compare(b, a));
    for (let at = limit; at < numbers.length; at++) {
      const number = numbers[at] ?? 0;
      if (compare(number, heap.first ?? 0) < 0) heap.replaceFirst(number);
    }
  }
  return best.sort(compare);
}
