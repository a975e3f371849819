import type { Value } from '../../../generated/json_with_int.js';
import type * as wire from '../../../generated/points.js';
import type { Condition } from '../../../generated/qdrant_common.js';
import { VectorizerError } from '../../core/errors.ts';
import { imposes } from '../../core/filter.ts';
import type { Expression, Formula } from '../../core/formula.ts';
import { datetimeOf, decayFault, variableOf } from '../../core/formula-parts.ts';
import { DECAY_MIDPOINT, DECAY_SCALE } from '../../core/query-defaults.ts';
import { invalidArgument } from '../grpc-error.ts';
import { conditionOf } from './filter.ts';
import { geoPointOf } from './geo.ts';
import { jsonPathOf } from './paths.ts';
import { jsonOfValue } from './payload-json.ts';
import type { Violations } from './violations.ts';

/**
 * Throws   GrpcError for what cannot be converted, VectorizerError for what Qdrant finds where it makes its formula of
 *          what was sent (core/formula-parts.ts).
 * Bounds   expressions are as deep as a message may be (100 levels).
 * Source   SEMANTICS.md 3.3.
 */
export function formulaOf({ expression, defaults }: wire.Formula, path: string, violations: Violations): Formula {
  return {
    expression: expressionOf(expression, 'expression', `${path}.expression`, violations),
    defaults: defaultsOf(defaults, path, violations),
  };
}

/** name: of the field that the expression is the value of. path: of that field, for broken rules. */
function expressionOf(
  expression: wire.Expression | undefined,
  name: string,
  path: string,
  violations: Violations,
): Expression {
  if (expression === undefined) throw missing(name);
  const { variant } = expression;
  if (variant === undefined) throw missing('variant');
  const place = `${path}.variant`;
  switch (variant.$case) {
    case 'constant':
      return { kind: 'constant', value: variant.value };
    case 'variable':
      return sound(variableOf(variant.value));
    case 'condition':
      return conditionExpression(variant.value, place, violations);
    case 'geoDistance':
      return geoDistanceOf(variant.value);
    case 'datetime':
      return sound(datetimeOf(variant.value));
    case 'datetimeKey':
      return { kind: 'datetime_key', path: jsonPathOf(variant.value) };
    case 'mult':
      return { kind: 'mult', operands: operandsOf(variant.value.mult, `${place}.mult`, violations) };
    case 'sum':
      return { kind: 'sum', operands: operandsOf(variant.value.sum, `${place}.sum`, violations) };
    case 'div':
      return divisionOf(variant.value, place, violations);
    case 'pow':
      return powerOf(variant.value, place, violations);
    case 'neg':
    case 'abs':
    case 'sqrt':
    case 'exp':
    case 'log10':
    case 'ln':
      return { kind: variant.$case, operand: expressionOf(variant.value, variant.$case, place, violations) };
    case 'linDecay':
    case 'expDecay':
    case 'gaussDecay':
      return decayOf(DECAYS[variant.$case], variant.value, place, violations);
  }
}

const DECAYS = { linDecay: 'lin', expDecay: 'exp', gaussDecay: 'gauss' } as const;

/** A filter that imposes nothing always holds. */
function conditionExpression(given: Condition, path: string, violations: Violations): Expression {
  const condition = conditionOf(given, path, violations);
  const isIdle = condition.kind === 'filter' && !imposes(condition.filter);
  return { kind: 'condition', condition: isIdle ? undefined : condition };
}

function geoDistanceOf({ origin, to }: wire.GeoDistance): Expression {
  if (origin === undefined) throw missing('origin');
  return { kind: 'geo_distance', origin: geoPointOf(origin), path: jsonPathOf(to) };
}

function operandsOf(operands: readonly wire.Expression[], path: string, violations: Violations): readonly Expression[] {
  return operands.map((operand, index) => expressionOf(operand, 'expression', `${path}[${index}]`, violations));
}

function divisionOf(
  { left, right, byZeroDefault }: wire.DivExpression,
  path: string,
  violations: Violations,
): Expression {
  return {
    kind: 'div',
    left: expressionOf(left, 'left', `${path}.left`, violations),
    right: expressionOf(right, 'right', `${path}.right`, violations),
    byZeroDefault,
  };
}

function powerOf({ base, exponent }: wire.PowExpression, path: string, violations: Violations): Expression {
  return {
    kind: 'pow',
    base: expressionOf(base, 'base', `${path}.base`, violations),
    exponent: expressionOf(exponent, 'exponent', `${path}.exponent`, violations),
  };
}

function decayOf(
  shape: 'lin' | 'exp' | 'gauss',
  { x, target, scale = DECAY_SCALE, midpoint = DECAY_MIDPOINT }: wire.DecayParamsExpression,
  path: string,
  violations: Violations,
): Expression {
  const operands = {
    x: expressionOf(x, 'x', `${path}.x`, violations),
    target: target === undefined ? undefined : expressionOf(target, 'target', `${path}.target`, violations),
  };
  const fault = decayFault(shape, scale, midpoint);
  if (fault !== undefined) throw fault;
  return { kind: 'decay', shape, ...operands, scale, midpoint };
}

/** Values by variable, as raw JSON; `$score` stands as `$score[0]`. */
function defaultsOf(
  defaults: ReadonlyMap<string, Value>,
  path: string,
  violations: Violations,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  defaults.forEach((value, key) => {
    const variable = sound(variableOf(key));
    const isScore = variable.kind === 'score';
    const kind = value.kind?.$case;
    if (isScore && kind !== 'doubleValue' && kind !== 'integerValue') {
      violations.add(`${path}.defaults`, `Validation error: the default of \`${key}\` must be a number [{}]`);
    }
    found.set(isScore ? `$score[${variable.index}]` : key, jsonOfValue(value));
  });
  return found;
}

function sound<Part>(part: Part | VectorizerError): Part {
  if (part instanceof VectorizerError) throw part;
  return part;
}

function missing(name: string): Error {
  return invalidArgument(`missing field: ${name}`);
}
