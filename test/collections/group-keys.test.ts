import test from 'ava';
import { GroupKeys } from '../../src/collections/query/group-keys.ts';
import { pathOf } from './filled-collection.ts';

function keys(payload: string, path = 'k'): unknown {
  return new GroupKeys(pathOf(path)).of(Buffer.from(payload));
}

test('strings and integers of 64 bits are keys, each once', (t) => {
  t.deepEqual(keys('{"k":"a"}'), ['a']);
  t.deepEqual(keys('{"k":"a\\u0062\\""}'), ['ab"']);
  t.deepEqual(keys('{"k":""}'), ['']);
  t.deepEqual(keys('{"k":18446744073709551615}'), [2n ** 64n - 1n]);
  t.deepEqual(keys('{"k":-9223372036854775808}'), [-(2n ** 63n)]);
  t.deepEqual(keys('{"k":["a","b","a",1,"1",1]}'), [1n, '1', 'a', 'b']);
});

test('a point with any other value has none', (t) => {
  const others = ['1.5', '1.0', '1e3', '-0', 'true', 'null', '{"a":1}', '[["a"]]', '["a",null]', '["a",2.5]'];
  for (const other of [...others, '18446744073709551616', '-9223372036854775809']) {
    t.deepEqual(keys(`{"k":${other}}`), [], other);
  }
});

test('no value at all is told apart from others', (t) => {
  for (const payload of ['', '{}', '{"other":1}', '{"k":[]}']) t.is(keys(payload), undefined, payload);
  t.is(keys('{"k":1}', 'k.a'), undefined);
});

test('paths go into objects and arrays', (t) => {
  const payload = '{"a":{"b":["x","y"]},"c":[{"d":1},{"d":[2,1]},{"e":3}]}';
  t.deepEqual(keys(payload, 'a.b'), ['x', 'y']);
  t.deepEqual(keys(payload, 'a.b[1]'), ['y']);
  t.deepEqual(keys(payload, 'c[].d'), [1n, 2n]);
  t.is(keys(payload, 'c.d'), undefined);
});
