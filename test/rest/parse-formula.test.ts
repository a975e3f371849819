import test from 'ava';
import type { Condition } from '../../src/core/filter.ts';
import type { Expression, Formula } from '../../src/core/formula.ts';
import { numberId } from '../../src/core/ids.ts';
import { jsonPath, type JsonPath } from '../../src/core/json-path.ts';
import { decodeBody, requireWhole } from '../../src/rest/parse/decoding.ts';
import { decodeFormula } from '../../src/rest/parse/formula.ts';
import { parseTree } from '../../src/rest/parse/wire.ts';
import { format, refusal, wire } from './parsing.ts';

function parse(body: Buffer): Formula {
  return decodeBody(parseTree(body), (decoding, node) => {
    requireWhole(decoding.tree, node);
    return decodeFormula(decoding, node, 'query');
  });
}

const parseWire = (request: { readonly body: Buffer }): Formula => parse(request.body);

function formulaOf(formula: unknown): string {
  return JSON.stringify({ formula });
}

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(text);
  return path;
}

const one: Expression = { kind: 'constant', value: 1 };
const score: Expression = { kind: 'score', index: 0 };
const price: Expression = { kind: 'payload', path: pathOf('price') };
const red: Condition = {
  kind: 'field',
  path: pathOf('color'),
  predicates: [{ kind: 'value', value: 'red' }],
};
const isRed = { key: 'color', match: { value: 'red' } };
const berlin = { lon: 13.4, lat: 52.5 };
const plainDecay = { x: score, target: undefined, scale: 1, midpoint: 0.5 };

/** What stands in `formula`, and what it means. */
const EXPRESSIONS: readonly (readonly [unknown, Expression])[] = [
  [1, one],
  [0.1, { kind: 'constant', value: Math.fround(0.1) }],
  ['$score', score],
  ['$score[0]', score],
  ['$score[12]', { kind: 'score', index: 12 }],
  ['price', price],
  ['a[].b[3]."c d"', { kind: 'payload', path: pathOf('a[].b[3]."c d"') }],
  ['score', { kind: 'payload', path: pathOf('score') }],
  [{}, { kind: 'condition', condition: undefined }],
  [{ must: [] }, { kind: 'condition', condition: undefined }],
  [isRed, { kind: 'condition', condition: red }],
  [{ has_id: [1] }, { kind: 'condition', condition: { kind: 'has_id', ids: [numberId(1n)] } }],
  [{ has_vector: 'v' }, { kind: 'condition', condition: { kind: 'has_vector', name: 'v' } }],
  [{ is_empty: { key: 'price' } }, { kind: 'condition', condition: { kind: 'is_empty', path: pathOf('price') } }],
  [
    { must_not: isRed },
    {
      kind: 'condition',
      condition: { kind: 'filter', filter: { must: [], should: [], mustNot: [red], minShould: undefined } },
    },
  ],
  [
    { nested: { key: 'a', filter: { must: [isRed] } } },
    {
      kind: 'condition',
      condition: {
        kind: 'nested',
        path: pathOf('a[]'),
        filter: { must: [red], should: [], mustNot: [], minShould: undefined },
      },
    },
  ],
  [{ geo_distance: { origin: berlin, to: 'a.b' } }, { kind: 'geo_distance', origin: berlin, path: pathOf('a.b') }],
  [{ datetime: '1970-01-02T00:00:00.5Z' }, { kind: 'datetime', seconds: 86_400.5 }],
  [{ datetime_key: 'when' }, { kind: 'datetime_key', path: pathOf('when') }],
  [{ mult: [] }, { kind: 'mult', operands: [] }],
  [{ mult: ['price', 1] }, { kind: 'mult', operands: [price, one] }],
  [{ sum: [1, 0.1] }, { kind: 'sum', operands: [one, { kind: 'constant', value: Math.fround(0.1) }] }],
  [{ neg: 1 }, { kind: 'neg', operand: one }],
  [{ abs: { neg: 1 } }, { kind: 'abs', operand: { kind: 'neg', operand: one } }],
  [{ sqrt: 'price' }, { kind: 'sqrt', operand: price }],
  [{ exp: 'price' }, { kind: 'exp', operand: price }],
  [{ log10: 'price' }, { kind: 'log10', operand: price }],
  [{ ln: 'price' }, { kind: 'ln', operand: price }],
  [{ pow: { base: '$score', exponent: 1 } }, { kind: 'pow', base: score, exponent: one }],
  [{ div: { left: 1, right: '$score' } }, { kind: 'div', left: one, right: score, byZeroDefault: undefined }],
  [
    { div: { left: 1, right: '$score', by_zero_default: null } },
    { kind: 'div', left: one, right: score, byZeroDefault: undefined },
  ],
  [
    { div: { left: 1, right: '$score', by_zero_default: 0.5 } },
    { kind: 'div', left: one, right: score, byZeroDefault: 0.5 },
  ],
  [{ lin_decay: { x: '$score' } }, { kind: 'decay', shape: 'lin', ...plainDecay }],
  [
    { exp_decay: { x: '$score', target: null, scale: null, midpoint: null } },
    { kind: 'decay', shape: 'exp', ...plainDecay },
  ],
  [
    { gauss_decay: { x: '$score', target: 'price', scale: 0.1, midpoint: 0.25, other: [] } },
    { kind: 'decay', shape: 'gauss', x: score, target: price, scale: Math.fround(0.1), midpoint: 0.25 },
  ],
  [{ lin_decay: { x: '$score', midpoint: 0 } }, { kind: 'decay', shape: 'lin', ...plainDecay, midpoint: 0 }],
  [{ lin_decay: { x: '$score', midpoint: 1 } }, { kind: 'decay', shape: 'lin', ...plainDecay, midpoint: 1 }],
  // Of several forms the first of Qdrant's that fits; keys that it does not know are passed over.
  [
    { sum: [1], neg: 1, unknown: null },
    { kind: 'sum', operands: [one] },
  ],
  [
    { neg: 1, mult: {} },
    { kind: 'neg', operand: one },
  ],
  [
    { ...isRed, neg: 1 },
    { kind: 'condition', condition: red },
  ],
  [
    { must: [isRed], neg: 1 },
    { kind: 'neg', operand: one },
  ],
];

test('expressions', (t) => {
  for (const [formula, expression] of EXPRESSIONS) {
    t.deepEqual(parse(Buffer.from(formulaOf(formula))), { expression, defaults: new Map() }, formulaOf(formula));
  }
});

test('defaults stand as they were sent, scores by their number', (t) => {
  const body = `{"formula":1,"defaults":{"$score":0.50,"$score[2]":-1e2,"a.b":{ "lon":1.0,"lat":2},"ü[]":"2020-01-01 ☃","n":null}}`;
  t.deepEqual(
    [...parse(Buffer.from(body)).defaults],
    [
      ['$score[0]', '0.50'],
      ['$score[2]', '-1e2'],
      ['a.b', '{ "lon":1.0,"lat":2}'],
      ['ü[]', '"2020-01-01 ☃"'],
      ['n', 'null'],
    ],
  );
  t.is(refusal(parseWire, wire('{"formula":1,"defaults":{}}')), 'accepted');
});

const NO_EXPRESSION = format('data did not match any variant of untagged enum Expression');

/** What stands in `formula` and is no expression at all. */
const MALFORMED: readonly unknown[] = [
  null,
  true,
  [],
  [1],
  ['$score'],
  { unknown: 1 },
  { mult: 1 },
  { mult: [null] },
  { sum: [[1]] },
  { sum: [1, { unknown: 1 }] },
  { neg: null },
  { neg: [1] },
  { geo_distance: { origin: berlin } },
  { geo_distance: { to: 'a' } },
  { geo_distance: { origin: { lon: 200, lat: 0 }, to: 'a' } },
  { geo_distance: { origin: { lon: 0 }, to: 'a' } },
  { geo_distance: { origin: berlin, to: 'a b[' } },
  { geo_distance: 'a' },
  { datetime: 5 },
  { datetime_key: '' },
  { datetime_key: 5 },
  { div: { left: 1 } },
  { div: { left: 1, right: 1, by_zero_default: 'x' } },
  { pow: { base: 1 } },
  { pow: [1, 2] },
  { lin_decay: {} },
  { exp_decay: { x: 1, scale: 'x' } },
  { gauss_decay: { x: 1, target: [] } },
  { key: 'a', match: { value: 1.5 } },
  { key: 5, match: { value: 1 } },
  { must: [{ unknown: 1 }] },
];

test('what is no expression', (t) => {
  for (const formula of MALFORMED) t.is(refusal(parseWire, wire({ formula })), NO_EXPRESSION, JSON.stringify(formula));
  t.is(refusal(parseWire, wire({ defaults: {} })), format('missing field `formula`'));
  t.is(refusal(parseWire, wire({ formula: 1, defaults: null })), format('invalid type: null, expected a map'));
  t.is(refusal(parseWire, wire({ formula: 1, defaults: [1] })), format('invalid type: sequence, expected a map'));
});

const invalid = (rule: string): string => `400 Wrong input: Validation failed: ${rule}`;

/** What is found once all is read. */
const REFUSED: readonly (readonly [unknown, string])[] = [
  ['$scores', invalid('Invalid reserved variable: $scores')],
  ['$score[]', invalid('Invalid reserved variable: $score[]')],
  ['$score[-1]', invalid('Invalid reserved variable: $score[-1]')],
  ['$score[0][1]', invalid('Invalid reserved variable: $score[0][1]')],
  ['$score.a', invalid('Invalid reserved variable: $score.a')],
  ['$other', invalid('Invalid reserved variable: $other')],
  ['', invalid('Invalid payload variable: ')],
  ['a b', invalid('Invalid payload variable: a b')],
  [{ mult: [1, { neg: 'a[' }] }, invalid('Invalid payload variable: a[')],
  [{ datetime: 'yesterday' }, invalid('Expected datetime in supported format for yesterday')],
  [
    { lin_decay: { x: 1, midpoint: 1.5 } },
    invalid('Linear decay midpoint should be between 0.0 and 1.0 (inclusive), got 1.5.'),
  ],
  [{ exp_decay: { x: 1, midpoint: 1 } }, invalid('Decay midpoint should be between 0.0 and 1.0 (exclusive), got 1.')],
  [
    { gauss_decay: { x: 1, midpoint: -0.25 } },
    invalid('Decay midpoint should be between 0.0 and 1.0 (exclusive), got -0.25.'),
  ],
  [{ gauss_decay: { x: 1, scale: 0 } }, invalid('Decay scale should be non-zero positive, got 0.')],
  [{ lin_decay: { x: 1, scale: -2 } }, invalid('Decay scale should be non-zero positive, got -2.')],
];

test('what is an expression and makes no sense', (t) => {
  for (const [formula, message] of REFUSED) {
    t.is(refusal(parseWire, wire({ formula })), message, JSON.stringify(formula));
  }
  t.is(refusal(parseWire, wire({ formula: 1, defaults: { 'a b': 1 } })), invalid('Invalid payload variable: a b'));
  t.is(
    refusal(parseWire, wire({ formula: '$score', defaults: { $score: 'x' } })),
    '422 Validation error in JSON body: [query.defaults: Validation error: the default of `$score` must be a number [{}]]',
  );
});

test('nothing is too long or too deep', (t) => {
  const operands = Array.from({ length: 10_000 }, (_, index) => ({ mult: [`f${index}`, 2] }));
  t.is(refusal(parseWire, wire({ formula: { sum: operands } })), 'accepted');
  const nested = (depth: number): string => `{"formula":${'{"neg":'.repeat(depth)}1${'}'.repeat(depth)}}`;
  t.is(refusal(parseWire, wire(nested(126))), 'accepted');
  t.is(refusal(parseWire, wire(nested(127))), format('recursion limit exceeded at line 1 column 894'));
  t.is(refusal(parseWire, wire(nested(100_000))), format('recursion limit exceeded at line 1 column 894'));
  const sums = (depth: number): string => `{"formula":${'{"sum":['.repeat(depth)}1${']}'.repeat(depth)}}`;
  t.regex(refusal(parseWire, wire(sums(100_000))), /^400 Format error in JSON body: recursion limit exceeded/);
});
