import test, { type ExecutionContext } from 'ava';
import { bitsOf } from '../../src/base/bitset.ts';
import { jsonPath } from '../../src/core/json-path.ts';
import type { FieldPredicate } from '../../src/core/filter.ts';
import type { FieldSchema } from '../../src/core/payload-schema.ts';
import type { FieldIndex, IndexLeaf } from '../../src/filters/field-index.ts';
import { openFieldIndex } from '../../src/filters/open-field-index.ts';

/** What a refresh promises at sizes at which it has many pieces; small ones are in field-index.test.ts. */
const COUNT = 20_000;
const INTEGER: FieldSchema = { type: 'integer', params: undefined };
const KEYWORD: FieldSchema = { type: 'keyword', params: undefined };
const SORTED_KEYWORD: FieldSchema = { type: 'keyword', params: { prefix: true } };

function openIndex(schema: FieldSchema): FieldIndex {
  const path = jsonPath('f');
  if (path === undefined) throw new Error('no path');
  return openFieldIndex(path, schema, 99);
}

/** Values by slot, numbers whatever the type of the index. */
class Points {
  readonly index: FieldIndex;
  readonly values: Map<number, readonly number[]> = new Map();
  private readonly isText: boolean;

  constructor(schema: FieldSchema) {
    this.index = openIndex(schema);
    this.isText = schema.type === 'keyword';
  }

  set(slot: number, ...values: readonly number[]): void {
    this.values.set(slot, values);
    this.index.set(
      slot,
      Buffer.from(JSON.stringify({ f: values.map((value) => (this.isText ? textOf(value) : value)) })),
    );
  }

  clear(slot: number): void {
    this.values.delete(slot);
    this.index.clear(slot);
  }

  check(t: ExecutionContext, values: readonly number[]): void {
    for (const value of values) {
      const predicate: FieldPredicate = { kind: 'value', value: this.isText ? textOf(value) : BigInt(value) };
      const expected = [...this.values].flatMap(([slot, own]) => (own.includes(value) ? [slot] : []));
      const leaf = this.index.leaf(predicate);
      t.deepEqual(
        slotsOf(leaf),
        expected.sort((a, b) => a - b),
        `value ${value}`,
      );
      t.is(leaf?.estimate, expected.length);
    }
  }

  checkRange(t: ExecutionContext, from: number, end: number): void {
    const leaf = this.index.leaf({ kind: 'range', bounds: { gte: from, lt: end, gt: undefined, lte: undefined } });
    const expected = [...this.values].flatMap(([slot, own]) =>
      own.some((value) => value >= from && value < end) ? [slot] : [],
    );
    t.deepEqual(
      slotsOf(leaf),
      expected.sort((a, b) => a - b),
    );
  }
}

function textOf(value: number): string {
  return `value ${value}`;
}

function slotsOf(leaf: IndexLeaf | undefined): readonly number[] {
  const words = new Uint32Array(Math.ceil((2 * COUNT) / 32));
  leaf?.fill(words);
  return [...bitsOf(words)];
}

/** Numbers that look random and are always the same. */
function randomNumbers(seed: number): (max: number) => number {
  let state = seed;
  return (max) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * max);
  };
}

for (const [name, schema] of Object.entries({ INTEGER, KEYWORD, SORTED_KEYWORD })) {
  test(`points that change between the pieces of a refresh are found as they are: ${name}`, async (t) => {
    const points = new Points(schema);
    const random = randomNumbers(7);
    const change = (): void => {
      const slot = random(COUNT);
      if (random(8) === 0) points.clear(slot);
      else if (random(4) === 0) points.set(slot, random(500), random(500), random(100_000));
      else points.set(slot, random(500));
    };
    for (let slot = 0; slot < COUNT; slot++) points.set(slot, random(500));
    for (let round = 0; round < 3; round++) {
      let pieces = 0;
      await points.index.refresh(() => {
        pieces++;
        for (let count = 0; count < 20; count++) change();
        return Promise.resolve();
      });
      t.true(pieces > 20, `${pieces} pieces`);
      const sample = Array.from({ length: 40 }, () => random(510));
      points.check(t, sample);
      if (schema.type === 'integer') points.checkRange(t, 100, 140);
      for (let count = 0; count < 1000; count++) change();
      points.check(t, sample);
      if (schema.type === 'integer') points.checkRange(t, 100, 140);
    }
  });

  test(`a refresh that is given up leaves right answers, and the next one works: ${name}`, async (t) => {
    const points = new Points(schema);
    const random = randomNumbers(11);
    for (let slot = 0; slot < COUNT; slot++) points.set(slot, random(500));
    await points.index.refresh(() => Promise.resolve());
    for (const stop of [3, 12, 25]) {
      let pieces = 0;
      const stopped = points.index.refresh(() => {
        for (let count = 0; count < 50; count++) points.set(random(COUNT), random(600));
        return ++pieces === stop ? Promise.reject(new Error('stopped')) : Promise.resolve();
      });
      await t.throwsAsync(stopped, { message: 'stopped' });
      points.check(t, [0, 1, 499, 550]);
    }
    t.true(points.index.staleCount > 0);
    await points.index.refresh(() => Promise.resolve());
    t.is(points.index.staleCount, 0);
    points.check(t, [0, 1, 499, 550]);
  });

  test(`one point that changes for ever takes no more memory: ${name}`, async (t) => {
    const points = new Points(schema);
    for (let slot = 0; slot < 1000; slot++) points.set(slot, slot);
    await points.index.refresh(() => Promise.resolve());
    for (let value = 0; value < 5000; value++) points.set(7, value + 1000, value + 1001);
    const { memoryBytes } = points.index;
    for (let value = 0; value < 50_000; value++) {
      points.set(7, value + 10_000, value + 10_001);
      if (points.index.refreshIsDue) await points.index.refresh(() => Promise.resolve());
    }
    t.true(points.index.memoryBytes < 2 * memoryBytes + 600_000, `${points.index.memoryBytes} of ${memoryBytes}`);
    points.check(t, [0, 7, 999, 10_000, 59_999, 60_000]);
  });
}

for (const [name, schema] of Object.entries({ INTEGER, KEYWORD, SORTED_KEYWORD })) {
  test(`values that come back while a refresh throws them out are found: ${name}`, async (t) => {
    const points = new Points(schema);
    const random = randomNumbers(13);
    for (let slot = 0; slot < COUNT; slot++) points.set(slot, slot);
    await points.index.refresh(() => Promise.resolve());
    for (let slot = 0; slot < COUNT; slot++) points.set(slot, COUNT);
    const back: number[] = [];
    await points.index.refresh(() => {
      const slot = random(COUNT);
      points.set(slot, slot);
      back.push(slot);
      return Promise.resolve();
    });
    t.true(back.length > 20);
    points.check(t, [...back, COUNT]);
    if (schema.type === 'integer') points.checkRange(t, 1000, 1500);
  });

  test(`values that are replaced again and again take no more memory: ${name}`, async (t) => {
    const points = new Points(schema);
    let memoryBytes = 0;
    for (let round = 0; round < 6; round++) {
      for (let slot = 0; slot < COUNT; slot++) points.set(slot, slot + round * COUNT);
      await points.index.refresh(() => Promise.resolve());
      if (round === 1) ({ memoryBytes } = points.index);
    }
    t.true(points.index.memoryBytes < 1.3 * memoryBytes, `${points.index.memoryBytes} of ${memoryBytes}`);
  });
}

test('lists of values that are replaced leave no garbage behind', async (t) => {
  const points = new Points(INTEGER);
  const setAll = (round: number): void => {
    for (let slot = 0; slot < 8000; slot++) {
      // Every hundredth list stays for ever: it must not keep the memory of its neighbours.
      if (round > 0 && slot % 100 === 0) continue;
      points.set(slot, ...Array.from({ length: 20 }, (_, at) => at + round));
    }
  };
  setAll(0);
  await points.index.refresh(() => Promise.resolve());
  const { memoryBytes } = points.index;
  for (let round = 1; round <= 5; round++) {
    setAll(round);
    await points.index.refresh(() => Promise.resolve());
  }
  t.true(points.index.memoryBytes < 1.6 * memoryBytes, `${points.index.memoryBytes} of ${memoryBytes}`);
  points.check(t, [0, 1, 7, 24]);
});

test('a refresh is due when a tenth has changed', async (t) => {
  const points = new Points(INTEGER);
  for (let slot = 0; slot < 4096; slot++) points.set(slot, slot);
  t.false(points.index.refreshIsDue);
  for (let slot = 4096; slot < 2 * COUNT; slot++) points.set(slot, slot);
  t.true(points.index.refreshIsDue);
  await points.index.refresh(() => {
    t.false(points.index.refreshIsDue, 'one at a time');
    return Promise.resolve();
  });
  t.false(points.index.refreshIsDue);
  for (let slot = 0; slot <= 4096; slot++) points.set(slot, slot + 1);
  t.true(points.index.refreshIsDue);
});

test('changes count what changes an answer, and nothing else', (t) => {
  const index = openIndex(KEYWORD);
  const counts = [
    '{"f":"a"}',
    '{"f":"a","g":1}',
    '{"f":["a"]}',
    '{"f":["a",null]}',
    '{"f":["b",null]}',
    '{}',
    '{"g":1}',
  ].map((payload) => {
    index.set(3, Buffer.from(payload));
    return index.changes;
  });
  t.deepEqual(counts, [1, 1, 1, 2, 3, 4, 4]);
  index.clear(3);
  index.clear(3);
  t.is(index.changes, 5);
  t.is(index.path.text, 'f');
  t.deepEqual(index.schema, KEYWORD);
});
