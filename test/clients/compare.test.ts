import test from 'ava';
import { compareSteps, parseSteps } from './compare.ts';

const EXPECTED = `{"step":"a","answer":[{"id":"1","score":0.12345678,"payload":{"whole":2,"double":2.0,"long":9007199254740993}}]}
{"step":"b","answer":{"error":{"code":"NOT_FOUND","message":"Not found: x"}}}
{"step":"c","answer":{"error":{"code":"UNIMPLEMENTED"}}}
`;

const compare = (given: string) => compareSteps(parseSteps(EXPECTED), parseSteps(given));
const changed = (from: string, to: string) => compare(EXPECTED.replace(from, to));
/** Steps that differ, with the place. */
const places = (comparison: ReturnType<typeof compare>) =>
  comparison.different.map(({ step, at }) => (at === '' ? step : `${step} ${at}`));

test('the same answers are equal, however a program writes them', (t) => {
  const other =
    String.raw`\u001b[0m{"answer":[{"payload":{"long":9007199254740993,"double":2e0,"whole":2},"score":0.12345682,"id":1}],"step":"a"}`
      .replace(String.raw`\u001b`, '\u001B')
      .concat('\nINFO something else {"not": "a line"}\n', EXPECTED.split('\n').slice(1).join('\n'));
  t.deepEqual(compare(other), { equal: 3, skipped: [], different: [] });
});

test('a canary: one changed digit is found, and where', (t) => {
  t.deepEqual(places(changed('0.12345678', '0.12355678')), ['a [0].score']);
  t.deepEqual(places(changed('9007199254740993', '9007199254740992')), ['a [0].payload.long']);
  t.deepEqual(places(changed('"id":"1"', '"id":"2"')), ['a [0].id']);
});

test('a canary: in a payload a double is no integer, and a number no string', (t) => {
  t.deepEqual(places(changed('2.0', '2')), ['a [0].payload.double']);
  t.deepEqual(places(changed('"whole":2', '"whole":2.0')), ['a [0].payload.whole']);
  t.deepEqual(places(changed('"whole":2', '"whole":"2"')), ['a [0].payload.whole']);
});

test('a canary: a missing field, one too many, and another length', (t) => {
  t.deepEqual(places(changed('"score":0.12345678,', '')), ['a [0]']);
  t.deepEqual(places(changed('"whole"', '"more":1,"whole"')), ['a [0].payload']);
  t.deepEqual(places(changed('"answer":[', '"answer":[1,')), ['a']);
});

test('a canary: codes of errors, and messages where they are known', (t) => {
  t.deepEqual(places(changed('NOT_FOUND', 'INTERNAL')), ['b error.code']);
  t.deepEqual(places(changed('Not found: x', 'Not found: y')), ['b error.message']);
  t.deepEqual(places(changed('UNIMPLEMENTED', 'INTERNAL')), ['c error.code']);
  t.deepEqual(places(changed('{"error":{"code":"UNIMPLEMENTED"}}', '[]')), ['c']);
  t.deepEqual(places(changed('"UNIMPLEMENTED"', '"UNIMPLEMENTED","message":"any words"')), []);
});

test('a canary: a missing step, an extra one, one twice, and another order', (t) => {
  const [a = '', b = '', c = ''] = EXPECTED.split('\n');
  t.deepEqual(places(compare([a, c].join('\n'))), ['b']);
  t.deepEqual(places(compare([a, b, c, '{"step":"d","answer":1}'].join('\n'))), ['d']);
  t.deepEqual(places(compare([a, b, b, c].join('\n'))), ['b']);
  t.deepEqual(places(compare([b, a, c].join('\n'))), ['b']);
  t.deepEqual(places(compare('')), ['a', 'b', 'c']);
});

test('a step that a client cannot reach is told, and is no difference', (t) => {
  const given = EXPECTED.replace(/\{"step":"b".*/, '{"step":"b","skipped":"no such method"}');
  t.deepEqual(compare(given), { equal: 2, skipped: [{ step: 'b', reason: 'no such method' }], different: [] });
});
