import test from 'ava';
import { jsonPath } from '../../src/core/json-path.ts';
import type { FieldType } from '../../src/core/payload-schema.ts';
import type { FieldIndex } from '../../src/filters/field-index.ts';
import { knownValuesOf, learnValues, openFieldIndex } from '../../src/filters/open-field-index.ts';

function indexOf(type: FieldType): FieldIndex {
  const path = jsonPath('k');
  if (path === undefined) throw new Error('a path');
  return openFieldIndex(path, { type, params: undefined }, 1);
}

function known(index: FieldIndex, value: string): unknown {
  index.set(3, Buffer.from(value === '' ? '' : `{"k":${value}}`));
  return knownValuesOf(index)?.of(3);
}

test('all values of a point are known where the index holds each of them as it stands there', (t) => {
  const strings = indexOf('keyword');
  t.deepEqual(known(strings, '"a"'), ['a']);
  t.deepEqual(known(strings, '["a","\\u0062","a"]'), ['a', 'b']);
  const integers = indexOf('integer');
  t.deepEqual(known(integers, '-12'), [-12n]);
  t.deepEqual(known(integers, '[3,3,123456789012345]'), [3n, 123456789012345n]);
  for (const index of [strings, integers]) {
    t.deepEqual(known(index, '[]'), []);
    t.deepEqual(known(index, ''), []);
  }
});

test('where there may be others nothing is known', (t) => {
  const strings = indexOf('keyword');
  for (const value of ['1', 'null', '["a",1]', '["a",null]', '[["a"]]', '{"a":1}'])
    t.is(known(strings, value), undefined);
  const integers = indexOf('integer');
  for (const value of ['"1"', '1.0', '1e2', '-0', '[1,2.5]', '[1,"a"]', '18446744073709551615'])
    t.is(known(integers, value), undefined, value);
  for (const type of ['float', 'datetime', 'bool', 'uuid', 'geo', 'text'] as const)
    t.is(knownValuesOf(indexOf(type)), undefined);
});

test('a point that is gone, or that nobody has looked at, is not known', (t) => {
  const index = indexOf('keyword');
  known(index, '"a"');
  index.clear(3);
  t.is(knownValuesOf(index)?.of(3), undefined);
  t.is(knownValuesOf(index)?.of(9), undefined);
  index.set(9, Buffer.from('{"k":["a",1]}'));
  t.is(knownValuesOf(index)?.of(9), undefined);
  index.set(9, Buffer.from('{"k":["a"]}'));
  learnValues(index, 9, Buffer.from('{"k":["a"]}'));
  t.deepEqual(knownValuesOf(index)?.of(9), ['a']);
});
