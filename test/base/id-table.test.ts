import test from 'ava';
import * as fc from 'fast-check';
import { IdTable, NO_VALUE } from '../../src/base/id-table.ts';

interface Column {
  readonly kinds: Uint8Array;
  readonly words: Uint32Array;
}

function keyAt({ kinds, words }: Column, index: number): string {
  return `${kinds[index]}:${words.slice(index * 4, index * 4 + 4).join(',')}`;
}

/** A column of so many ids, few enough different ones that the same come again. */
function makeColumn(ids: readonly { readonly kind: number; readonly word: number; readonly at: number }[]): Column {
  const column = { kinds: new Uint8Array(ids.length), words: new Uint32Array(ids.length * 4) };
  ids.forEach(({ kind, word, at }, index) => {
    column.kinds[index] = kind;
    column.words[index * 4 + at] = word;
  });
  return column;
}

const id = fc.record({
  kind: fc.integer({ min: 0, max: 1 }),
  word: fc.oneof(fc.nat({ max: 40 }), fc.nat({ max: 0xffffffff })),
  at: fc.integer({ min: 0, max: 3 }),
});
const steps = fc.array(fc.record({ id, act: fc.constantFrom('set', 'set', 'delete', 'get') }), { maxLength: 400 });

test('set, get, delete and visit do what a Map does', (t) => {
  t.notThrows(() =>
    fc.assert(
      fc.property(steps, fc.integer(), (run, seed) => {
        const table = new IdTable(seed);
        const model = new Map<string, number>();
        const column = makeColumn(run.map((step) => step.id));
        run.forEach(({ act }, index) => {
          const key = keyAt(column, index);
          const expected = model.get(key) ?? NO_VALUE;
          const value = 0xffffffff - index;
          const found =
            act === 'set'
              ? table.set(column.kinds, column.words, index, value)
              : table[act](column.kinds, column.words, index);
          if (found !== expected) throw new Error(`${act} ${key}: ${found}, not ${expected}`);
          if (act === 'set') model.set(key, value);
          if (act === 'delete') model.delete(key);
          if (table.count !== model.size) throw new Error(`count ${table.count}, not ${model.size}`);
        });
        const visited = new Map<string, number>();
        table.visit((kinds, words, value) => visited.set(keyAt({ kinds, words }, 0), value));
        return visited.size === model.size && [...model].every(([key, value]) => visited.get(key) === value);
      }),
    ),
  );
});

test('many ids: partitions split, all are found, half are deleted, the others stay', (t) => {
  const count = 200_000;
  const kinds = new Uint8Array(count);
  const words = new Uint32Array(count * 4);
  for (let index = 0; index < count; index += 1) words[index * 4 + 3] = index;
  const table = new IdTable(99);
  for (let index = 0; index < count; index += 1) table.set(kinds, words, index, index * 7);
  t.is(table.count, count);
  t.is(table.set(kinds, words, 5, 1), 35, 'the value before');
  t.is(table.set(kinds, words, 5, 35), 1);
  t.is(table.count, count);
  t.true(table.bytes < count * 80, `${table.bytes / count} bytes an id`);
  for (let index = 0; index < count; index += 2) table.delete(kinds, words, index);
  t.is(table.count, count / 2);
  let wrong = 0;
  for (let index = 0; index < count; index += 1) {
    if (table.get(kinds, words, index) !== (index % 2 === 0 ? NO_VALUE : index * 7)) wrong += 1;
  }
  t.is(wrong, 0);
  let visitedCount = 0;
  table.visit((visitedKinds, visitedWords, value) => {
    visitedCount += 1;
    if (visitedKinds[0] !== 0 || (visitedWords[3] ?? 0) * 7 !== value) wrong += 1;
  });
  t.is(visitedCount, count / 2);
  t.is(wrong, 0);
});
