import { JSON_ARRAY, JSON_FLOATS, JSON_NUMBER, JSON_OBJECT, JSON_STRING } from '../../base/json/json-tree.ts';
import { VectorizerError } from '../../core/errors.ts';
import { imposes } from '../../core/filter.ts';
import type { Expression, Formula } from '../../core/formula.ts';
import { datetimeOf, decayFault, variableOf } from '../../core/formula-parts.ts';
import { DECAY_MIDPOINT, DECAY_SCALE } from '../../core/query-defaults.ts';
import { type Decoding, eachField, elements, optional } from './decoding.ts';
import { decodeCondition } from './filter.ts';
import { missingField, noVariant, wrongType } from './format-error.ts';
import { decodeGeoPoint } from './geo-predicates.ts';
import { decodePath } from './paths.ts';
import { decodeF32, decodeString } from './scalars.ts';
import { fieldsOf, structFields } from './struct-fields.ts';
import { attempt } from './untagged.ts';

/**
 * Reads the formula form of a query inside a body that was read whole.
 *
 * node     the object `{"formula": …, "defaults": {…}}`.
 * path     where it stands, for broken rules: `query_request.query`.
 * Throws   FormatError without a position where it is no formula; Qdrant's enum of queries forgets why. What Qdrant
 *          finds once it is read (variables, decays, datetimes) goes to `decoding.fail`: 400.
 * Bounds   expressions are as deep as the JSON of a body may be (127 levels: base/json/skip-json.ts), so recursion is
 *          bounded; operands are bounded by the size of the body alone.
 * Source   SEMANTICS.md 3.3.
 */
export function decodeFormula(decoding: Decoding, node: number, path: string): Formula {
  const fields = fieldsOf(decoding.tree, node);
  const root = fields.get('formula');
  const defaults = fields.get('defaults');
  if (root === undefined) throw missingField('formula');
  return {
    expression: decodeExpression(decoding, root, `${path}.formula`),
    defaults: defaults === undefined ? new Map() : decodeDefaults(decoding, defaults, path),
  };
}

function decodeExpression(decoding: Decoding, node: number, path: string): Expression {
  const { tree } = decoding;
  switch (tree.kindOf(node)) {
    case JSON_NUMBER:
      return { kind: 'constant', value: decodeF32(decoding, node) };
    case JSON_STRING:
      return soundPart(decoding, variableOf(tree.text(node)), NOTHING);
    case JSON_OBJECT:
      return decodeForm(decoding, node, path);
    default:
      throw noVariant('Expression');
  }
}

/** Keys of which an object must have one, or none at all, to be a condition. */
const CONDITION_KEYS = [
  'key',
  'is_empty',
  'is_null',
  'has_id',
  'has_vector',
  'slice',
  'nested',
  'must',
  'should',
  'must_not',
  'min_should',
];

/** The first form that fits: a condition before all operators, as in Qdrant's enum; other keys do not matter. */
function decodeForm(decoding: Decoding, node: number, path: string): Expression {
  const fields = fieldsOf(decoding.tree, node);
  if (fields.size === 0) return { kind: 'condition', condition: undefined };
  if (CONDITION_KEYS.some((key) => fields.has(key))) {
    const condition = attempt(() => decodeCondition(decoding, node, path));
    const isIdle = condition?.kind === 'filter' && !imposes(condition.filter);
    if (condition !== undefined) return { kind: 'condition', condition: isIdle ? undefined : condition };
  }
  for (const [name, decode] of FORMS) {
    const value = fields.get(name);
    if (value === undefined) continue;
    const found = attempt(() => decode(decoding, value, `${path}.${name}`));
    if (found !== undefined) return found;
  }
  throw noVariant('Expression');
}

type DecodeForm = (decoding: Decoding, value: number, path: string) => Expression;

/** In the order of Qdrant's enum. */
const FORMS: readonly (readonly [string, DecodeForm])[] = [
  ['geo_distance', decodeGeoDistance],
  ['datetime', (decoding, value) => soundPart(decoding, datetimeOf(decodeString(decoding, value)), NOTHING)],
  ['datetime_key', (decoding, value) => ({ kind: 'datetime_key', path: decodePath(decoding, value) })],
  ['mult', (decoding, value, path) => ({ kind: 'mult', operands: decodeOperands(decoding, value, path) })],
  ['sum', (decoding, value, path) => ({ kind: 'sum', operands: decodeOperands(decoding, value, path) })],
  ['neg', unary('neg')],
  ['abs', unary('abs')],
  ['div', decodeDivision],
  ['sqrt', unary('sqrt')],
  ['pow', decodePower],
  ['exp', unary('exp')],
  ['log10', unary('log10')],
  ['ln', unary('ln')],
  ['lin_decay', decay('lin')],
  ['exp_decay', decay('exp')],
  ['gauss_decay', decay('gauss')],
];

function unary(kind: Extract<Expression, { readonly operand: Expression }>['kind']): DecodeForm {
  return (decoding, value, path) => ({ kind, operand: decodeExpression(decoding, value, path) });
}

function decodeOperands(decoding: Decoding, node: number, path: string): readonly Expression[] {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_FLOATS) {
    return Array.from(tree.copyFloats(node), (value): Expression => ({ kind: 'constant', value }));
  }
  if (tree.kindOf(node) !== JSON_ARRAY) throw wrongType(tree, node, 'a sequence');
  return elements(tree, node).map((operand, index) => decodeExpression(decoding, operand, `${path}[${index}]`));
}

function decodeGeoDistance(decoding: Decoding, node: number): Expression {
  const fields = structFields(decoding.tree, node, 'struct GeoDistanceParams', 2);
  return {
    kind: 'geo_distance',
    origin: decodeGeoPoint(decoding, required(fields, 'origin')),
    path: decodePath(decoding, required(fields, 'to')),
  };
}

function decodeDivision(decoding: Decoding, node: number, path: string): Expression {
  const fields = structFields(decoding.tree, node, 'struct DivParams', 3);
  return {
    kind: 'div',
    left: decodeExpression(decoding, required(fields, 'left'), `${path}.left`),
    right: decodeExpression(decoding, required(fields, 'right'), `${path}.right`),
    byZeroDefault: optional(decoding, fields.get('by_zero_default'), decodeF32),
  };
}

function decodePower(decoding: Decoding, node: number, path: string): Expression {
  const fields = structFields(decoding.tree, node, 'struct PowParams', 2);
  return {
    kind: 'pow',
    base: decodeExpression(decoding, required(fields, 'base'), `${path}.base`),
    exponent: decodeExpression(decoding, required(fields, 'exponent'), `${path}.exponent`),
  };
}

function decay(shape: 'lin' | 'exp' | 'gauss'): DecodeForm {
  return (decoding, node, path) => {
    const fields = structFields(decoding.tree, node, 'struct DecayParamsExpression', 4);
    const x = decodeExpression(decoding, required(fields, 'x'), `${path}.x`);
    const target = optional(decoding, fields.get('target'), (_, value) =>
      decodeExpression(decoding, value, `${path}.target`),
    );
    const scale = optional(decoding, fields.get('scale'), decodeF32) ?? DECAY_SCALE;
    const midpoint = optional(decoding, fields.get('midpoint'), decodeF32) ?? DECAY_MIDPOINT;
    const fault = decayFault(shape, scale, midpoint);
    if (fault !== undefined) decoding.fail(fault);
    return { kind: 'decay', shape, x, target, scale, midpoint };
  };
}

/** What is found wrong with a part is found once the whole body is read. `instead` goes on in its place. */
function soundPart<Part, Instead>(decoding: Decoding, part: Part | VectorizerError, instead: Instead): Part | Instead {
  if (!(part instanceof VectorizerError)) return part;
  decoding.fail(part);
  return instead;
}

const NOTHING: Expression = { kind: 'constant', value: 0 };

/** Values by variable, as raw JSON; `$score` stands as `$score[0]`. */
function decodeDefaults(decoding: Decoding, node: number, path: string): ReadonlyMap<string, string> {
  const { tree } = decoding;
  if (tree.kindOf(node) !== JSON_OBJECT) throw wrongType(tree, node, 'a map');
  const defaults = new Map<string, string>();
  eachField(tree, node, (key, value) => {
    const variable = soundPart(decoding, variableOf(key), undefined);
    const isScore = variable?.kind === 'score';
    if (isScore && tree.kindOf(value) !== JSON_NUMBER) {
      decoding.violate(`${path}.defaults: Validation error: the default of \`${key}\` must be a number [{}]`);
    }
    const text = tree.bytes.toString('utf8', tree.startOf(value), tree.endOf(value));
    defaults.set(isScore ? `$score[${variable.index}]` : key, text);
  });
  return defaults;
}

function required(fields: ReadonlyMap<string, number>, name: string): number {
  const value = fields.get(name);
  if (value === undefined) throw missingField(name);
  return value;
}
