import { plainText } from '../base/number-text.ts';
import { badInput } from '../core/errors.ts';
import type { Condition, GeoPoint } from '../core/filter.ts';
import type { Expression, Formula } from '../core/formula.ts';
import { type JsonPath, jsonPath } from '../core/json-path.ts';
import { decayOf } from './decay.ts';

/**
 * The point that a formula is evaluated for. Variables and conditions are named by their number in the compiled formula.
 * What throws throws bad_input: the value is missing, or is not what is wanted.
 */
export interface FormulaPoint {
  /** The score that a prefetch gave the point; undefined: it is not among what the prefetch found. */
  score(index: number): number | undefined;
  number(variable: number): number;
  geo(variable: number): GeoPoint;
  /** Seconds since 1970. */
  datetime(variable: number): number;
  condition(condition: number): boolean;
}

/** A path of the payload that a formula asks for, and what it takes its value for. */
export interface FormulaVariable {
  readonly kind: 'number' | 'geo' | 'datetime';
  readonly path: JsonPath;
  /** The path as Qdrant writes it: keys are quoted only where they must be. */
  readonly name: string;
  /** Raw JSON. */
  readonly defaultValue: string | undefined;
}

export interface CompiledFormula {
  /** Different ones, however their paths are written. */
  readonly variables: readonly FormulaVariable[];
  readonly conditions: readonly Condition[];
  /**
   * The score of one point, an f32. Throws bad_input where a value is missing or something is not finite.
   * Nothing is asked of the point before it is needed: behind a 0, operands of `mult` are not.
   */
  readonly evaluate: (point: FormulaPoint) => number;
}

/**
 * Makes closures of an expression, so that points are scored without a look at the tree.
 * Source   SEMANTICS.md 3.3.
 */
export function compileFormula({ expression, defaults }: Formula): CompiledFormula {
  const compiling: Compiling = {
    variables: new Map(),
    conditions: [],
    scoreDefaults: new Map(),
    payloadDefaults: new Map(),
  };
  for (const [variable, value] of defaults) {
    const score = SCORE.exec(variable)?.[1];
    const path = jsonPath(variable);
    if (score !== undefined) compiling.scoreDefaults.set(Number(score), Number(value));
    else if (path !== undefined) compiling.payloadDefaults.set(nameOf(path), value);
  }
  const evaluate = compile(expression, compiling);
  return {
    variables: [...compiling.variables.values()],
    conditions: compiling.conditions,
    evaluate: (point) => {
      const value = evaluate(point);
      const score = Math.fround(value);
      if (Number.isFinite(score)) return score;
      throw notFinite(`${plainText(value)} as f32 = ${plainText(score)}`);
    },
  };
}

interface Compiling {
  /** By kind and name. */
  readonly variables: Map<string, NumberedVariable>;
  readonly conditions: Condition[];
  readonly scoreDefaults: Map<number, number>;
  readonly payloadDefaults: Map<string, string>;
}

interface NumberedVariable extends FormulaVariable {
  readonly number: number;
}

type Evaluate = (point: FormulaPoint) => number;

const SCORE = /^\$score\[([0-9]+)\]$/;
const SCORE_DEFAULT = 0;

function compile(expression: Expression, compiling: Compiling): Evaluate {
  switch (expression.kind) {
    case 'constant': {
      const { value } = expression;
      return () => value;
    }
    case 'score': {
      const { index } = expression;
      const missing = compiling.scoreDefaults.get(index) ?? SCORE_DEFAULT;
      return (point) => point.score(index) ?? missing;
    }
    case 'payload': {
      const variable = variableOf('number', expression.path, compiling);
      return (point) => point.number(variable);
    }
    case 'condition':
      return compileCondition(expression.condition, compiling);
    case 'geo_distance': {
      const { origin } = expression;
      const variable = variableOf('geo', expression.path, compiling);
      return (point) => metresBetween(origin, point.geo(variable));
    }
    case 'datetime': {
      const { seconds } = expression;
      return () => seconds;
    }
    case 'datetime_key': {
      const variable = variableOf('datetime', expression.path, compiling);
      return (point) => point.datetime(variable);
    }
    case 'mult':
      return product(expression.operands.map((operand) => compile(operand, compiling)));
    case 'sum':
      return sum(expression.operands.map((operand) => compile(operand, compiling)));
    case 'div':
      return quotient(
        compile(expression.left, compiling),
        compile(expression.right, compiling),
        expression.byZeroDefault,
      );
    case 'pow':
      return power(compile(expression.base, compiling), compile(expression.exponent, compiling));
    case 'decay':
      return compileDecay(expression, compiling);
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'exp':
    case 'log10':
    case 'ln':
      return UNARY[expression.kind](compile(expression.operand, compiling));
  }
}

function variableOf(kind: FormulaVariable['kind'], path: JsonPath, { variables, payloadDefaults }: Compiling): number {
  const name = nameOf(path);
  const key = `${kind} ${name}`;
  const known = variables.get(key);
  if (known !== undefined) return known.number;
  const number = variables.size;
  variables.set(key, { number, kind, path, name, defaultValue: payloadDefaults.get(name) });
  return number;
}

const BARE_KEY = /^[\p{L}\p{N}\p{M}_-]+$/u;

/** The same for paths of the same steps. */
function nameOf({ steps }: JsonPath): string {
  return steps
    .map((step, index) => {
      if (step.kind === 'each') return '[]';
      if (step.kind === 'index') return `[${step.index}]`;
      const key = BARE_KEY.test(step.key) ? step.key : `"${step.key}"`;
      return index === 0 ? key : `.${key}`;
    })
    .join('');
}

function compileCondition(condition: Condition | undefined, { conditions }: Compiling): Evaluate {
  if (condition === undefined) return () => 1;
  const number = conditions.push(condition) - 1;
  return (point) => (point.condition(number) ? 1 : 0);
}

function product(operands: readonly Evaluate[]): Evaluate {
  return (point) => {
    let value = 1;
    for (const operand of operands) {
      const factor = operand(point);
      if (factor === 0) return 0;
      value *= factor;
    }
    return value;
  };
}

function sum(operands: readonly Evaluate[]): Evaluate {
  return (point) => {
    let value = 0;
    for (const operand of operands) value += operand(point);
    return value;
  };
}

function quotient(left: Evaluate, right: Evaluate, byZeroDefault: number | undefined): Evaluate {
  return (point) => {
    const dividend = left(point);
    // Whatever it is divided by, and even if that has no value.
    if (dividend === 0) return 0;
    const divisor = right(point);
    if (divisor === 0 && byZeroDefault !== undefined) return byZeroDefault;
    const value = dividend / divisor;
    if (Number.isFinite(value)) return value;
    throw notFinite(`${plainText(dividend)}/${plainText(divisor)}`);
  };
}

function power(base: Evaluate, exponent: Evaluate): Evaluate {
  return (point) => {
    const left = base(point);
    const right = exponent(point);
    // IEEE 754 says 1 where JavaScript says NaN.
    const value = left === 1 || (left === -1 && Math.abs(right) === Infinity) ? 1 : left ** right;
    if (Number.isFinite(value)) return value;
    throw notFinite(`${plainText(left)}^${plainText(right)}`);
  };
}

type UnaryKind = Extract<Expression, { readonly operand: Expression }>['kind'];

const UNARY: Readonly<Record<UnaryKind, (operand: Evaluate) => Evaluate>> = {
  neg: (operand) => (point) => -operand(point),
  abs: (operand) => (point) => Math.abs(operand(point)),
  sqrt: (operand) => finite(operand, Math.sqrt, (value) => `√${value}`),
  exp: (operand) => finite(operand, Math.exp, (value) => `exp(${value})`),
  log10: (operand) => finite(operand, Math.log10, (value) => `log10(${value})`),
  ln: (operand) => finite(operand, Math.log, (value) => `ln(${value})`),
};

function finite(operand: Evaluate, apply: (value: number) => number, words: (value: string) => string): Evaluate {
  return (point) => {
    const value = operand(point);
    const result = apply(value);
    if (Number.isFinite(result)) return result;
    throw notFinite(words(plainText(value)));
  };
}

function compileDecay(expression: Extract<Expression, { readonly kind: 'decay' }>, compiling: Compiling): Evaluate {
  const x = compile(expression.x, compiling);
  const target = expression.target === undefined ? undefined : compile(expression.target, compiling);
  const decay = decayOf(expression.shape, expression.scale, expression.midpoint);
  return target === undefined ? (point) => decay(x(point)) : (point) => decay(x(point) - target(point));
}

/** Metres: the mean radius that Qdrant's geo crate uses. */
const EARTH_RADIUS = 6371008.8;
const RADIANS = Math.PI / 180;

/** The haversine distance. */
function metresBetween(a: GeoPoint, b: GeoPoint): number {
  const alongLat = Math.sin(((b.lat - a.lat) * RADIANS) / 2);
  const alongLon = Math.sin(((b.lon - a.lon) * RADIANS) / 2);
  const part = alongLat * alongLat + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * (alongLon * alongLon);
  // Rounding may bring antipodes beyond 1, where there is no arc.
  return EARTH_RADIUS * (2 * Math.asin(Math.min(1, Math.sqrt(part))));
}

function notFinite(expression: string): Error {
  return badInput(`The expression ${expression} produced a non-finite number`);
}
