import test from 'ava';
import fc from 'fast-check';

import { parseJsonPath, type PathStep } from '../../src/core/json-path.ts';
import { deletePayloadKeys, mergePayload, mergePayloadAt } from '../../src/core/payload-edit.ts';
import { type Json, parsePayload } from '../filters/oracle.ts';
import { payloadText, randomPath } from '../filters/random-filters.ts';

function steps(path: string): NonNullable<ReturnType<typeof parseJsonPath>> {
  const parsed = parseJsonPath(path);
  if (parsed === undefined) throw new Error(`no path: ${path}`);
  return parsed;
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

function merge(stored: string, path: string, patch: string): string {
  const bytes = Buffer.from(stored);
  return text(
    path === '' ? mergePayload(bytes, Buffer.from(patch)) : mergePayloadAt(bytes, steps(path), Buffer.from(patch)),
  );
}

function remove(stored: string, ...paths: readonly string[]): string {
  return text(deletePayloadKeys(Buffer.from(stored), paths.map(steps)));
}

const MERGES: readonly (readonly [stored: string, path: string, patch: string, expected: string])[] = [
  ['', '', '{"a":1}', '{"a":1}'],
  ['', '', '{}', ''],
  ['', '', '{"a":null}', ''],
  ['{"a":1}', '', '{"a":null}', ''],
  ['{}', '', '{}', ''],
  ['{"a":1,"b":2}', '', '{"a":{"x":null},"c":[null]}', '{"a":{"x":null},"b":2,"c":[null]}'],
  [
    '{ "a" : 12345678901234567890 , "b" : 1.50 }',
    '',
    '{ "c" : 1e2 }',
    '{"a" : 12345678901234567890 , "b" : 1.50,"c":1e2}',
  ],
  ['{"a":1,"\\u0061":2,"b":3}', '', '{"a":4}', '{"a":4,"b":3}'],
  ['{"a":1}', '', '{"b":1,"\\u0062":null}', '{"a":1}'],
  ['{"a\\nb":1}', '', '{"a\\u000ab":2}', '{"a\\u000ab":2}'],
  ['{"__proto__":1,"constructor":2}', '', '{"__proto__":null,"toString":3}', '{"constructor":2,"toString":3}'],
  ['{"a":{"b":1}}', 'a', '{"c":2}', '{"a":{"b":1,"c":2}}'],
  ['{"a":{"b":1}}', 'a', '{"b":null}', '{"a":{}}'],
  ['{"a":5}', 'a', '{"c":2}', '{"a":{"c":2}}'],
  ['{"a":[1]}', 'a', '{"c":2}', '{"a":{"c":2}}'],
  ['{"x":1}', 'a.b', '{"c":2,"d":null}', '{"a":{"b":{"c":2}},"x":1}'],
  ['', 'a.b', '{}', '{"a":{"b":{}}}'],
  ['', 'a[]', '{"b":1}', '{"a":[]}'],
  ['', 'a[0].b', '{"b":1}', '{"a":[]}'],
  ['{"a":{"b":1}}', 'a[0]', '{"b":1}', '{"a":[]}'],
  ['{"a":[1,{"b":2},3]}', 'a[0]', '{"c":1}', '{"a":[{"c":1},{"b":2},3]}'],
  ['{"a":[1,{"b":2},3]}', 'a[1]', '{"c":1}', '{"a":[1,{"b":2,"c":1},3]}'],
  ['{"a":[1,{"b":2},3]}', 'a[3]', '{"c":1}', '{"a":[1,{"b":2},3]}'],
  ['{"a":[1,{"b":2},[]]}', 'a[].b', '{"c":1}', '{"a":[{"b":{"c":1}},{"b":{"c":1}},{"b":{"c":1}}]}'],
  ['{"a":[[{}],[]],"b":0}', 'a[][]', '{"c":1}', '{"a":[[{"c":1}],[]],"b":0}'],
  ['{"a":{"x":1},"a":{"y":2}}', 'a', '{"z":3}', '{"a":{"x":1},"a":{"y":2,"z":3}}'],
  ['{"a b":{}}', '"a b"."c.d"', '{"z":3}', '{"a b":{"c.d":{"z":3}}}'],
];

for (const [stored, path, patch, expected] of MERGES) {
  test(`merge ${patch} into ${stored} at '${path}'`, (t) => t.is(merge(stored, path, patch), expected));
}

const DELETIONS: readonly (readonly [stored: string, paths: readonly string[], expected: string])[] = [
  ['', ['a'], ''],
  ['{"a":1}', [], '{"a":1}'],
  ['{"a":1}', ['a'], ''],
  ['{"a":1,"b":2.0}', ['a'], '{"b":2.0}'],
  ['{"a":1,"b":2,"a":3}', ['a'], '{"b":2}'],
  ['{"a":1}', ['a.b', 'c', 'a[]', 'a[0]'], '{"a":1}'],
  ['{"a":[1,2]}', ['a[]'], '{"a":[]}'],
  ['{"a":[1,2]}', ['a[0]'], '{"a":[1,2]}'],
  ['{"a":[{"b":1,"c":2},5,{"b":3}]}', ['a[].b'], '{"a":[{"c":2},5,{}]}'],
  ['{"a":[{"b":1,"c":2},{"b":3}]}', ['a[1].b', 'a[7].b'], '{"a":[{"b":1,"c":2},{}]}'],
  ['{"a":[[1],[2,3],4]}', ['a[][]'], '{"a":[[],[],4]}'],
  ['{"a":{"b":{"c":1}},"d":1}', ['a.b.c', 'd'], '{"a":{"b":{}}}'],
  ['{"a":{"x":1},"a":{"x":2}}', ['a.x'], '{"a":{"x":1},"a":{}}'],
];

for (const [stored, paths, expected] of DELETIONS) {
  test(`delete ${paths.join(' ')} of ${stored}`, (t) => t.is(remove(stored, ...paths), expected));
}

test('a merge at the top is what spreading gives, less the nulls', (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue()), (a, b) => {
      const merged = merge(JSON.stringify(a, null, 1), '', JSON.stringify(b));
      const expected = new Map(Object.entries(JSON.parse(JSON.stringify(a)) as object));
      for (const [key, value] of Object.entries(JSON.parse(JSON.stringify(b)) as object)) {
        if (value === null) expected.delete(key);
        else expected.set(key, value);
      }
      const got = merged === '' ? {} : (JSON.parse(merged) as object);
      t.deepEqual(got, Object.fromEntries(expected));
    }),
  );
});

type Fields = { readonly [key: string]: Json | undefined };

function asFields(value: Json | undefined): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** A copy with one key exchanged; undefined: without it. */
function withKey(fields: Fields, key: string, value: Json | undefined): Fields {
  const rest = Object.entries(fields).filter(([name]) => name !== key);
  return Object.fromEntries(value === undefined ? rest : [...rest, [key, value]]);
}

/** What stands at a path after a merge, over parsed values. */
function mergedPlainly(value: Json | undefined, [step, ...rest]: readonly PathStep[], patch: Fields): Json {
  if (step === undefined) {
    const dropped = Object.entries(patch).reduce(
      (fields, [key, given]) => withKey(fields, key, given),
      asFields(value),
    );
    return Object.fromEntries(
      Object.entries(dropped).filter(([key, kept]) => kept !== null || !Object.hasOwn(patch, key)),
    );
  }
  if (step.kind === 'key') {
    const fields = asFields(value);
    const inner = Object.hasOwn(fields, step.key) ? fields[step.key] : undefined;
    return withKey(fields, step.key, mergedPlainly(inner, rest, patch));
  }
  return asList(value).map((element, index) =>
    step.kind === 'each' || step.index === index ? mergedPlainly(element, rest, patch) : element,
  );
}

function deletedPlainly(value: Json, [step, ...rest]: readonly PathStep[]): Json {
  if (step?.kind === 'key') {
    const fields = asFields(value);
    if (!Object.hasOwn(fields, step.key)) return value;
    return withKey(fields, step.key, rest.length === 0 ? undefined : deletedPlainly(fields[step.key] ?? null, rest));
  }
  if (step === undefined || !Array.isArray(value)) return value;
  if (rest.length === 0) return step.kind === 'each' ? [] : value;
  return asList(value).map((element, index) =>
    step.kind === 'each' || step.index === index ? deletedPlainly(element, rest) : element,
  );
}

test('random merges and deletions do what is done to parsed values', (t) => {
  const property = fc.property(payloadText, randomPath, payloadText, (stored, { text: path, steps }, patch) => {
    const patchJson = patch === '' ? '{}' : patch;
    const payload = parsePayload(stored);
    const fields = asFields(parsePayload(patchJson));
    t.deepEqual(parsePayload(merge(stored, '', patchJson)), mergedPlainly(payload, [], fields));
    t.deepEqual(parsePayload(merge(stored, path, patchJson)), mergedPlainly(payload, steps, fields));
    t.deepEqual(parsePayload(remove(stored, path)), deletedPlainly(payload, steps));
  });
  fc.assert(property, { numRuns: 2000 });
});

test('a patch of many keys', (t) => {
  const patch = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`k${index}`, index % 3 === 0 ? null : 1]));
  const kept = Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== null));
  t.deepEqual(JSON.parse(merge('{"k0":0,"x":0,"k1":0}', '', JSON.stringify(patch))), { x: 0, ...kept });
});

test('deep nests and long paths do not overflow the stack', (t) => {
  const levels = 20_000;
  const nest = `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  t.is(merge(nest, 'b', '{"c":1}'), `{"b":{"c":1},${nest.slice(1)}`);
  t.is(remove(`{"x":1,${nest.slice(1)}`, 'x'), nest);
  const path = 'a.'.repeat(levels) + 'a';
  const made = merge('', path, '{"b":1}');
  t.is(made, `${'{"a":'.repeat(levels + 1)}{"b":1}${'}'.repeat(levels + 1)}`);
  t.is(remove(made, `${path}.b`), made.replace('{"b":1}', '{}'));
  const lists = 1000;
  const brackets = `{"a":${'['.repeat(lists)}{"b":1}${']'.repeat(lists)}}`;
  t.is(remove(brackets, `a${'[]'.repeat(lists)}.b`), brackets.replace('{"b":1}', '{}'));
  t.is(merge(brackets, `a${'[]'.repeat(lists)}`, '{"b":2}'), brackets.replace('1', '2'));
});
