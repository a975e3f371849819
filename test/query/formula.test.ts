import test from 'ava';
import * as fc from 'fast-check';
import { VectorizerError } from '../../src/core/errors.ts';
import type { Condition, GeoPoint } from '../../src/core/filter.ts';
import type { Expression } from '../../src/core/formula.ts';
import { jsonPath, type JsonPath } from '../../src/core/json-path.ts';
import { compileFormula } from '../../src/query/formula.ts';

/** What a point knows; `null`: asking for it fails. */
interface Known {
  readonly scores?: readonly (number | undefined)[];
  readonly numbers?: Readonly<Record<string, number | null>>;
  readonly places?: Readonly<Record<string, GeoPoint>>;
  readonly moments?: Readonly<Record<string, number>>;
  readonly holds?: (condition: Condition) => boolean;
}

function pathOf(text: string): JsonPath {
  const path = jsonPath(text);
  if (path === undefined) throw new Error(text);
  return path;
}

function fails(message: string): never {
  throw new VectorizerError('bad_input', message);
}

/** The score of a point, or what is said instead. */
function scoreOf(expression: Expression, known: Known = {}, defaults: Record<string, string> = {}): number | string {
  const { variables, conditions, evaluate } = compileFormula({
    expression,
    defaults: new Map(Object.entries(defaults)),
  });
  const value = <T>(values: Readonly<Record<string, T>> | undefined, variable: number): NonNullable<T> => {
    const { name = '', defaultValue } = variables[variable] ?? {};
    const found = values?.[name];
    if (found !== undefined && found !== null) return found;
    return defaultValue === undefined ? fails(`no ${name}`) : (Number(defaultValue) as NonNullable<T>);
  };
  try {
    return evaluate({
      score: (index) => known.scores?.[index],
      number: (variable) => value(known.numbers, variable),
      geo: (variable) => value(known.places, variable),
      datetime: (variable) => value(known.moments, variable),
      condition: (number) => known.holds?.(conditions[number] as Condition) ?? false,
    });
  } catch (error) {
    if (error instanceof VectorizerError && error.kind === 'bad_input') return error.message;
    throw error;
  }
}

const constant = (value: number): Expression => ({ kind: 'constant', value });
const score = (index: number): Expression => ({ kind: 'score', index });
const payload = (text: string): Expression => ({ kind: 'payload', path: pathOf(text) });
const mult = (...operands: readonly Expression[]): Expression => ({ kind: 'mult', operands });
const sum = (...operands: readonly Expression[]): Expression => ({ kind: 'sum', operands });
const div = (left: Expression, right: Expression, byZeroDefault?: number): Expression => ({
  kind: 'div',
  left,
  right,
  byZeroDefault,
});
const pow = (base: Expression, exponent: Expression): Expression => ({ kind: 'pow', base, exponent });
const apply = (
  kind: Extract<Expression, { operand: Expression }>['kind'],
  operand: Expression | number,
): Expression => ({
  kind,
  operand: typeof operand === 'number' ? constant(operand) : operand,
});
interface Decay {
  readonly target?: Expression;
  readonly scale?: number;
  readonly midpoint?: number;
}
const decay = (shape: 'lin' | 'exp' | 'gauss', x: Expression | number, given: Decay = {}): Expression => ({
  kind: 'decay',
  shape,
  x: typeof x === 'number' ? constant(x) : x,
  target: given.target,
  scale: given.scale ?? 1,
  midpoint: given.midpoint ?? 0.5,
});
const condition: Condition = { kind: 'has_vector', name: '' };

const nonFinite = (expression: string): string => `The expression ${expression} produced a non-finite number`;

test('numbers, scores and values', (t) => {
  t.is(scoreOf(constant(1.5)), 1.5);
  t.is(scoreOf(score(0), { scores: [0.25, 7] }), 0.25);
  t.is(scoreOf(score(1), { scores: [0.25, 7] }), 7);
  t.is(scoreOf(score(1), { scores: [0.25, undefined] }), 0);
  t.is(scoreOf(score(3), { scores: [0.25] }), 0);
  t.is(scoreOf(score(1), { scores: [1] }, { '$score[1]': '-2.5', '$score[0]': '9' }), -2.5);
  t.is(scoreOf(payload('a.b'), { numbers: { 'a.b': 4 } }), 4);
  t.is(scoreOf(payload('a.b'), {}), 'no a.b');
  t.is(scoreOf(payload('a.b'), {}, { 'a.b': '8' }), 8);
  t.is(scoreOf({ kind: 'datetime', seconds: 12.5 }), 12.5);
  t.is(scoreOf({ kind: 'datetime_key', path: pathOf('when') }, { moments: { when: 3 } }), 3);
});

test('a path is one variable however it is written, and keeps its quotes only where it must', (t) => {
  const expression = sum(payload('"a"[0].b'), payload('a[0]."b"'), payload('"a b"[].c'));
  const { variables } = compileFormula({ expression, defaults: new Map([['"a"[0].b', '5']]) });
  t.deepEqual(
    variables.map(({ name, defaultValue }) => [name, defaultValue]),
    [
      ['a[0].b', '5'],
      ['"a b"[].c', undefined],
    ],
  );
});

test('a condition counts 1 where it holds', (t) => {
  t.is(scoreOf({ kind: 'condition', condition }, { holds: (asked) => asked === condition }), 1);
  t.is(scoreOf({ kind: 'condition', condition }, { holds: () => false }), 0);
  t.is(scoreOf({ kind: 'condition', condition: undefined }, { holds: () => false }), 1);
});

test('sums and products; behind a 0 nothing is asked', (t) => {
  t.is(scoreOf(sum()), 0);
  t.is(scoreOf(mult()), 1);
  t.is(scoreOf(sum(constant(1), constant(2), constant(-4))), -1);
  t.is(scoreOf(mult(constant(3), constant(-2))), -6);
  t.is(scoreOf(mult(constant(3), constant(0), payload('missing'))), 0);
  t.is(scoreOf(mult(constant(3), apply('neg', 0), payload('missing'))), 0);
  t.is(scoreOf(mult(payload('missing'), constant(0))), 'no missing');
  t.is(scoreOf(sum(constant(0), payload('missing'))), 'no missing');
  const operands = Array.from({ length: 10_000 }, () => constant(0.5));
  t.is(scoreOf(sum(...operands)), 5000);
});

test('division', (t) => {
  t.is(scoreOf(div(constant(3), constant(2))), 1.5);
  t.is(scoreOf(div(constant(0), payload('missing'))), 0);
  t.is(scoreOf(div(constant(0), constant(0))), 0);
  t.is(scoreOf(div(constant(1), constant(0), 7)), 7);
  t.is(scoreOf(div(constant(1), constant(2), 7)), 0.5);
  t.is(scoreOf(div(constant(1), constant(0))), nonFinite('1/0'));
  t.is(scoreOf(div(constant(-1.5), apply('neg', 0))), nonFinite('-1.5/-0'));
});

test('roots, powers, exponentials, logarithms', (t) => {
  t.is(scoreOf(apply('neg', 2)), -2);
  t.is(scoreOf(apply('abs', -2)), 2);
  t.is(scoreOf(apply('sqrt', 9)), 3);
  t.is(scoreOf(apply('exp', 0)), 1);
  t.is(scoreOf(apply('log10', 1000)), 3);
  t.is(scoreOf(apply('ln', Math.E)), 1);
  t.is(scoreOf(pow(constant(2), constant(10))), 1024);
  t.is(scoreOf(pow(constant(0), constant(0))), 1);
  t.is(scoreOf(apply('sqrt', -1)), nonFinite('√-1'));
  t.is(scoreOf(apply('exp', 1e6)), nonFinite('exp(1000000)'));
  t.is(scoreOf(apply('log10', 0)), nonFinite('log10(0)'));
  t.is(scoreOf(apply('ln', -0.000_000_25)), nonFinite('ln(-0.00000025)'));
  t.is(scoreOf(pow(constant(-8), div(constant(1), constant(2)))), nonFinite('-8^0.5'));
  t.is(scoreOf(pow(constant(0), constant(-1))), nonFinite('0^-1'));
  // As IEEE 754 has it, and not JavaScript.
  const infinity = mult(...Array.from({ length: 40 }, () => constant(1e30)));
  t.is(scoreOf(pow(constant(1), infinity)), 1);
  t.is(scoreOf(pow(constant(-1), infinity)), 1);
  t.is(scoreOf(pow(constant(2), apply('neg', infinity))), 0);
});

test('the result is an f32, and finite', (t) => {
  t.is(scoreOf(payload('a'), { numbers: { a: 0.1 } }), Math.fround(0.1));
  t.is(scoreOf(payload('a'), { numbers: { a: 1e300 } }), nonFinite(`1${'0'.repeat(300)} as f32 = inf`));
  const infinity = mult(...Array.from({ length: 40 }, () => constant(-1e30)), constant(-1));
  t.is(scoreOf(infinity), nonFinite('-inf as f32 = -inf'));
  t.is(scoreOf(sum(infinity, apply('neg', infinity))), nonFinite('NaN as f32 = NaN'));
});

test('decays: 1 at the target, the midpoint at the scale', (t) => {
  for (const shape of ['lin', 'exp', 'gauss'] as const) {
    t.is(scoreOf(decay(shape, 0)), 1, shape);
    t.is(scoreOf(decay(shape, 1)), 0.5, shape);
    t.is(scoreOf(decay(shape, -1)), 0.5, shape);
    const given = { target: payload('target'), scale: 4, midpoint: 0.25 };
    t.is(scoreOf(decay(shape, 6, given), { numbers: { target: 10 } }), 0.25, shape);
    t.is(scoreOf(decay(shape, 10, given), { numbers: { target: 10 } }), 1, shape);
    t.is(scoreOf(decay(shape, 10, given)), 'no target', shape);
    t.is(scoreOf(decay(shape, 1e30)), 0, shape);
  }
  t.is(scoreOf(decay('lin', 5, { midpoint: 1 })), 1);
  t.is(scoreOf(decay('lin', 0.5, { midpoint: 0 })), 0.5);
  t.is(scoreOf(decay('exp', 2)), 0.25);
  t.is(scoreOf(decay('gauss', 2)), 0.0625);
});

test('metres between points of the earth', (t) => {
  const distance = (origin: GeoPoint, to: GeoPoint): number | string =>
    scoreOf({ kind: 'geo_distance', origin, path: pathOf('to') }, { places: { to } });
  const berlin = { lon: 13.405, lat: 52.52 };
  t.is(distance(berlin, berlin), 0);
  // A degree of latitude: 2πR / 360.
  t.is(distance({ lon: 0, lat: 0 }, { lon: 0, lat: 1 }), Math.fround((Math.PI * 6371008.8) / 180));
  t.is(distance({ lon: 0, lat: 0 }, { lon: 180, lat: 0 }), Math.fround(Math.PI * 6371008.8));
  t.is(distance({ lon: 12.3, lat: 45.6 }, { lon: -167.7, lat: -45.6 }), Math.fround(Math.PI * 6371008.8));
  t.is(Math.round(Number(distance(berlin, { lon: 2.3522, lat: 48.8566 })) / 1000), 877);
  t.is(scoreOf({ kind: 'geo_distance', origin: berlin, path: pathOf('to') }), 'no to');
});

class Failed extends Error {}

/** The same said as plainly as possible. */
function plain(expression: Expression, known: Known): number {
  const of = (inner: Expression): number => plain(inner, known);
  const finite = (value: number): number => {
    if (!Number.isFinite(value)) throw new Failed();
    return value;
  };
  switch (expression.kind) {
    case 'constant':
      return expression.value;
    case 'score':
      return known.scores?.[expression.index] ?? 0;
    case 'payload':
      return finite(known.numbers?.[expression.path.text] ?? NaN);
    case 'condition':
      return known.holds?.(expression.condition as Condition) === true ? 1 : 0;
    case 'mult': {
      const factors: number[] = [];
      for (const operand of expression.operands) if (!factors.includes(0)) factors.push(of(operand));
      return factors.includes(0) ? 0 : factors.reduce((value, factor) => value * factor, 1);
    }
    case 'sum':
      return expression.operands.reduce((value, operand) => value + of(operand), 0);
    case 'div': {
      const left = of(expression.left);
      if (left === 0) return 0;
      const right = of(expression.right);
      return right === 0 && expression.byZeroDefault !== undefined ? expression.byZeroDefault : finite(left / right);
    }
    case 'pow':
      return finite(of(expression.base) ** of(expression.exponent));
    case 'neg':
      return -of(expression.operand);
    case 'abs':
      return Math.abs(of(expression.operand));
    case 'sqrt':
      return finite(Math.sqrt(of(expression.operand)));
    case 'exp':
      return finite(Math.exp(of(expression.operand)));
    case 'log10':
      return finite(Math.log10(of(expression.operand)));
    case 'ln':
      return finite(Math.log(of(expression.operand)));
    case 'decay': {
      const distance = Math.abs(of(expression.x) - (expression.target === undefined ? 0 : of(expression.target)));
      const { shape, scale, midpoint } = expression;
      if (shape === 'lin') return Math.max(0, 1 - ((1 - midpoint) / scale) * distance || 0);
      const lambda = Math.log(midpoint) / (shape === 'exp' ? scale : scale * scale);
      return Math.exp(lambda * distance * (shape === 'exp' ? 1 : distance));
    }
    case 'geo_distance':
    case 'datetime':
    case 'datetime_key':
      throw new Error('not drawn');
  }
}

const { tree: anyExpression } = fc.letrec<{ tree: Expression; leaf: Expression }>((tie) => ({
  leaf: fc.oneof(
    fc.oneof(fc.integer({ min: -3, max: 3 }), fc.float({ min: -100, max: 100, noNaN: true })).map(constant),
    fc.integer({ min: 0, max: 2 }).map(score),
    fc.constantFrom('a', 'b', 'none').map(payload),
    fc.constant<Expression>({ kind: 'condition', condition }),
  ),
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    fc.array(tie('tree'), { maxLength: 4 }).map((operands) => mult(...operands)),
    fc.array(tie('tree'), { maxLength: 4 }).map((operands) => sum(...operands)),
    fc
      .tuple(tie('tree'), tie('tree'), fc.option(fc.constant(2.5), { nil: undefined }))
      .map(([left, right, byZero]) => div(left, right, byZero)),
    fc.tuple(tie('tree'), fc.constantFrom(-1, 0, 0.5, 2, 3)).map(([base, exponent]) => pow(base, constant(exponent))),
    fc
      .tuple(fc.constantFrom('neg', 'abs', 'sqrt', 'exp', 'log10', 'ln'), tie('tree'))
      .map(([kind, operand]) => apply(kind, operand)),
    fc
      .tuple(fc.constantFrom('lin', 'exp', 'gauss'), tie('tree'), fc.option(tie('tree'), { nil: undefined }))
      .map(([shape, x, target]) =>
        decay(shape, x, { ...(target !== undefined && { target }), scale: 2, midpoint: 0.25 }),
      ),
  ),
}));

/** undefined: it fails. */
function expectedOf(expression: Expression, known: Known): number | undefined {
  try {
    const value = Math.fround(plain(expression, known));
    return Number.isFinite(value) ? value : undefined;
  } catch (error) {
    if (error instanceof Failed) return undefined;
    throw error;
  }
}

test('any expression gives what a plain evaluation gives, or fails where that does', (t) => {
  const anyKnown = fc.record({
    scores: fc.tuple(fc.float({ min: -2, max: 2, noNaN: true }), fc.option(fc.constant(0.5), { nil: undefined })),
    numbers: fc.record({
      a: fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      b: fc.option(fc.integer({ min: -2, max: 2 })),
    }),
    holds: fc.boolean().map((holds) => () => holds),
  });
  fc.assert(
    fc.property(anyExpression, anyKnown, (expression, known) => {
      const expected = expectedOf(expression, known);
      const given = scoreOf(expression, known);
      if (typeof given !== 'number') return expected === undefined;
      return Math.abs(given - (expected ?? NaN)) <= 1e-6 * Math.abs(given);
    }),
    { numRuns: 2000 },
  );
  t.pass();
});
