import test, { type ExecutionContext } from 'ava';
import * as fc from 'fast-check';
import { ByteDictionary } from '../../src/filters/byte-dictionary.ts';
import { NO_NUMBER } from '../../src/filters/dictionary.ts';
import { WordDictionary } from '../../src/filters/word-dictionary.ts';

const giveWay = (): Promise<void> => Promise.resolve();

/** One face for both: values are small numbers. */
interface Values {
  find(value: number): number;
  add(value: number): number;
  release(number: number): void;
  compact(): Promise<void>;
  readonly memoryBytes: number;
}

function byteValues(seed: number, length: number): Values {
  const dictionary = new ByteDictionary(seed);
  const bytesOf = (value: number): Buffer => Buffer.from(`${value}`.padStart(value % length, 'ä'));
  return {
    find(value) {
      const bytes = bytesOf(value);
      return dictionary.find(Buffer.concat([Buffer.from('x'), bytes]), 1, bytes.length + 1);
    },
    add(value) {
      const bytes = bytesOf(value);
      const number = dictionary.add(bytes, 0, bytes.length);
      if (dictionary.text(number) !== bytes.toString()) throw new Error(`${value} reads ${dictionary.text(number)}`);
      return number;
    },
    release: (number) => dictionary.release(number),
    compact: () => dictionary.compact(giveWay),
    get memoryBytes() {
      return dictionary.memoryBytes;
    },
  };
}

function wordValues(width: 2 | 4, seed: number): Values {
  const dictionary = new WordDictionary(width, seed);
  const probe = (value: number): void => {
    dictionary.probe.fill(0);
    dictionary.probe[value % width] = value;
  };
  return {
    find(value) {
      probe(value);
      return dictionary.find();
    },
    add(value) {
      probe(value);
      return dictionary.add();
    },
    release: (number) => dictionary.release(number),
    compact: () => dictionary.compact(),
    get memoryBytes() {
      return dictionary.memoryBytes;
    },
  };
}

const KINDS: Readonly<Record<string, (seed: number) => Values>> = {
  bytes: (seed) => byteValues(seed, 100),
  'pairs of words': (seed) => wordValues(2, seed),
  'four words': (seed) => wordValues(4, seed),
};

/** Values that are in, with their numbers. */
function check(t: ExecutionContext, values: Values, model: ReadonlyMap<number, number>, asked: Iterable<number>): void {
  for (const value of asked) {
    const found = values.find(value);
    const expected = model.get(value) ?? NO_NUMBER;
    if (found !== expected) t.fail(`${value} has ${found}, not ${expected}`);
  }
  t.is(new Set(model.values()).size, model.size, 'no number stands for two values');
}

for (const [name, open] of Object.entries(KINDS)) {
  test(`a value keeps its number until it is released: ${name}`, async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ value: fc.nat({ max: 300 }), isReleased: fc.boolean() }), { maxLength: 300 }),
        fc.integer(),
        async (steps, seed) => {
          const values = open(seed);
          const model = new Map<number, number>();
          for (const { value, isReleased } of steps) {
            const before = model.get(value);
            if (!isReleased) {
              const number = values.add(value);
              if (before !== undefined) t.is(number, before);
              model.set(value, number);
            } else if (before !== undefined) {
              values.release(before);
              model.delete(value);
            }
          }
          await values.compact();
          check(
            t,
            values,
            model,
            Array.from({ length: 301 }, (_, value) => value),
          );
        },
      ),
    );
  });

  test(`many values come and go, and leave no garbage behind: ${name}`, async (t) => {
    const values = open(42);
    const model = new Map<number, number>();
    const count = 30_000;
    for (let value = 0; value < count; value++) model.set(value, values.add(value));
    check(t, values, model, model.keys());
    const { memoryBytes } = values;
    for (let round = 1; round <= 4; round++) {
      for (let value = count * (round - 1); value < count * round; value++) {
        model.set(value + count, values.add(value + count));
        // Every hundredth value stays for ever: it must not keep the memory of its neighbours.
        if (value % 100 !== 0) release(values, model, value);
      }
      await values.compact();
      check(
        t,
        values,
        model,
        Array.from({ length: 2 * count }, (_, at) => at + (round - 1) * count),
      );
    }
    t.true(values.memoryBytes < 2 * memoryBytes, `${values.memoryBytes} of ${memoryBytes}`);
    for (const value of model.keys()) if (value % 100 !== 0) release(values, model, value);
    await values.compact();
    check(t, values, model, model.keys());
  });
}

function release(values: Values, model: Map<number, number>, value: number): void {
  values.release(model.get(value) ?? NO_NUMBER);
  model.delete(value);
}

test('strings of any length are values', (t) => {
  const dictionary = new ByteDictionary(1);
  const texts = ['', 'a', 'x'.repeat(100_000), 'y'.repeat(70_000), 'é'.repeat(40_000), 'b'];
  const numbers = texts.map((text) => {
    const bytes = Buffer.from(text);
    return dictionary.add(bytes, 0, bytes.length);
  });
  texts.forEach((text, index) => {
    const bytes = Buffer.from(text);
    t.is(dictionary.find(bytes, 0, bytes.length), numbers[index] ?? NO_NUMBER);
    t.is(dictionary.text(numbers[index] ?? 0), text);
  });
  const sorted = [...numbers].sort((a, b) => dictionary.compare(a, b));
  t.deepEqual(
    sorted.map((number) => dictionary.text(number)),
    [...texts].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
  );
  for (const number of numbers) dictionary.release(number);
  t.is(dictionary.find(Buffer.alloc(0), 0, 0), NO_NUMBER);
});
