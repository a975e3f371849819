import { JSON_NUMBER, JSON_STRING } from '../../base/json/json-tree.ts';
import type { OrderBy, StartFrom } from '../../core/query.ts';
import { type Decoding, isNull } from './decoding.ts';
import { FormatError, missingField, noVariant, unknownVariant } from './format-error.ts';
import { decodePath, pathOf } from './paths.ts';
import { decodeDatetime, signedInteger } from './predicates.ts';
import { decodeString } from './scalars.ts';
import { structFields } from './struct-fields.ts';
import { lastForm } from './untagged.ts';

const ORDER_FORMS = 'Expected a string, or an object with a key, direction and/or start_from';
const DIRECTIONS = ['asc', 'desc'] as const;

/** `order_by`: a path, or `{key, direction, start_from}`. An untagged enum: every failure inside reads alike. */
export function decodeOrderBy(decoding: Decoding, node: number): OrderBy {
  return lastForm(
    () => decodeForm(decoding, node),
    () => new FormatError(ORDER_FORMS),
  );
}

function decodeForm(decoding: Decoding, node: number): OrderBy {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_STRING)
    return { path: pathOf(tree.text(node)), direction: 'asc', startFrom: undefined };
  const fields = structFields(tree, node, 'struct OrderBy', 3);
  const key = fields.get('key');
  const direction = fields.get('direction');
  const start = fields.get('start_from');
  if (key === undefined) throw missingField('key');
  return {
    path: decodePath(decoding, key),
    direction: direction === undefined || isNull(tree, direction) ? 'asc' : decodeDirection(decoding, direction),
    startFrom: start === undefined || isNull(tree, start) ? undefined : decodeStartFrom(decoding, start),
  };
}

function decodeDirection(decoding: Decoding, node: number): OrderBy['direction'] {
  const given = decodeString(decoding, node);
  const direction = DIRECTIONS.find((known) => known === given);
  if (direction === undefined) throw unknownVariant(given, DIRECTIONS);
  return direction;
}

function decodeStartFrom(decoding: Decoding, node: number): StartFrom {
  const { tree } = decoding;
  if (tree.kindOf(node) === JSON_STRING) return { kind: 'datetime', value: decodeDatetime(decoding, node) };
  if (tree.kindOf(node) !== JSON_NUMBER) throw noVariant('StartFrom');
  const digits = tree.rawText(node);
  const integer = signedInteger(digits);
  return integer === undefined ? { kind: 'float', value: Number(digits) } : { kind: 'integer', value: integer };
}
